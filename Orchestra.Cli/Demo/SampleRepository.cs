using System.Reflection;

namespace Orchestra.Cli.Demo;

/// <summary>The git repository that the demo's agents work on: a to-do list in POSIX sh, so that nothing but git is needed.</summary>
internal sealed class SampleRepository(string path)
{
    public const string BuildCommand = "for f in *.sh lib/*.sh tests/*.sh; do sh -n \"$f\" || exit 1; done";
    public const string TestCommand = "sh test.sh";

    private const string ResourcePrefix = "sample/";

    public string Path { get; } = path;

    /// <summary>Whether the folder held no sample before.</summary>
    public bool IsFirst => System.IO.Path.GetFileName(Path) == "sample";

    /// <summary>Creates <c>DIR/sample</c>, or the first free of <c>sample-2</c>, <c>sample-3</c>, ...: an earlier sample is never changed.</summary>
    public static async Task<SampleRepository> CreateAsync(string folder, CancellationToken cancellationToken)
    {
        string path = System.IO.Path.Combine(folder, "sample");
        for (int number = 2; Directory.Exists(path) || File.Exists(path); number++)
            path = System.IO.Path.Combine(folder, $"sample-{number}");
        await WriteFilesAsync(path, cancellationToken);
        var sample = new SampleRepository(path);
        await sample.GitAsync(cancellationToken, "init", "--quiet", "--initial-branch=main");
        await sample.GitAsync(cancellationToken, "add", "--all");
        await sample.GitAsync(
            cancellationToken, "-c", "user.name=Orchestra demo", "-c", "user.email=demo@orchestra.invalid", "-c", "commit.gpgSign=false",
            "commit", "--quiet", "--no-verify", "--message", "A to-do list for the terminal");
        return sample;
    }

    public async Task<string> GraphAsync(CancellationToken cancellationToken) =>
        (await GitAsync(cancellationToken, "log", "--graph", "--oneline", "--no-color", "main")).TrimEnd();

    private static async Task WriteFilesAsync(string path, CancellationToken cancellationToken)
    {
        Assembly assembly = typeof(SampleRepository).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal)))
        {
            string file = System.IO.Path.Combine(path, name[ResourcePrefix.Length..]);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
            await using Stream source = assembly.GetManifestResourceStream(name)!;
            await using FileStream target = File.Create(file);
            await source.CopyToAsync(target, cancellationToken);
        }
    }

    private Task<string> GitAsync(CancellationToken cancellationToken, params string[] arguments) => LocalGit.RunAsync(Path, cancellationToken, arguments);
}
