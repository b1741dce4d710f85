using Orchestra.Activities.Git;

namespace Orchestra.Activities.Agents.Sandboxes;

/// <summary>What a sandbox shows at a path.</summary>
/// <param name="Option">Of bubblewrap.</param>
/// <param name="Source">Null for what needs none.</param>
internal sealed record Mount(string Option, string? Source, string Path)
{
    public static Mount Writable(string path) => At(path, path);

    public static Mount ReadOnly(string path) => new("--ro-bind", path, RealPath.Of(path));

    public static Mount Empty(string path) => new("--tmpfs", null, RealPath.Of(path));

    // Mounts cannot be made through symbolic links, which lead to the same place inside.
    public static Mount At(string source, string path) => new("--bind", source, RealPath.Of(path));

    public IEnumerable<string> Arguments => Source is null ? [Option, Path] : [Option, Source, Path];
}
