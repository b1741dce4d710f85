using System.Diagnostics;

namespace Orchestra.Testing;

/// <summary>A real git repository in a temporary folder, deleted with everything beside it on dispose.</summary>
public sealed class TestRepository : IDisposable
{
    private TestRepository(string root)
    {
        Root = root;
        Folder = Path.Combine(root, "repo with space");
        DataFolder = Path.Combine(root, "data");
        Directory.CreateDirectory(Folder);
    }

    /// <summary>The temporary folder that holds the repository and the data folder.</summary>
    public string Root { get; }

    /// <summary>The repository's top folder.</summary>
    public string Folder { get; }

    /// <summary>A data folder beside the repository; made by whoever uses it.</summary>
    public string DataFolder { get; }

    /// <summary>A repository on branch <c>main</c> without any commit.</summary>
    public static TestRepository CreateEmpty()
    {
        var repository = new TestRepository(Directory.CreateTempSubdirectory("orchestra-test-").FullName);
        repository.Git("init", "--quiet", "--initial-branch=main");
        repository.Git("config", "user.name", "Test");
        repository.Git("config", "user.email", "test@example.org");
        return repository;
    }

    /// <summary>A repository with one commit on <c>main</c>: <c>a.txt</c> of nine numbered lines and <c>README.md</c>.</summary>
    public static TestRepository Create()
    {
        TestRepository repository = CreateEmpty();
        repository.Commit("Start", ("a.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n"), ("README.md", "# Test\n"));
        return repository;
    }

    /// <summary>A repository with one commit on <c>main</c>: <c>list.txt</c> of one line.</summary>
    public static TestRepository CreateList()
    {
        TestRepository repository = CreateEmpty();
        repository.Commit("base", ("list.txt", "base\n"));
        return repository;
    }

    /// <summary>Runs git in the repository and returns its output without the last line break.</summary>
    public string Git(params string[] arguments) => GitIn(Folder, arguments);

    public string GitIn(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("gc.auto=0");
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.TrimEnd('\n')
            : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {error.Result}");
    }

    /// <summary>Writes a file, by its path from the top folder.</summary>
    public void Write(string path, string content) => WriteIn(Folder, path, content);

    public static void WriteIn(string folder, string path, string content)
    {
        string full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }

    public string Read(string path) => File.ReadAllText(Path.Combine(Folder, path));

    /// <summary>Writes the files, commits all on the current branch and returns the commit id; null content deletes a file.</summary>
    public string Commit(string message, params (string Path, string? Content)[] files) => CommitIn(Folder, message, files);

    public string CommitIn(string folder, string message, params (string Path, string? Content)[] files)
    {
        foreach ((string path, string? content) in files)
        {
            if (content is null)
                File.Delete(Path.Combine(folder, path));
            else
                WriteIn(folder, path, content);
        }

        GitIn(folder, "add", "--all");
        GitIn(folder, "commit", "--quiet", "--allow-empty", "-m", message);
        return GitIn(folder, "rev-parse", "HEAD");
    }

    /// <summary>Makes a commit on a new branch from a start point, then comes back to <c>main</c>; returns the commit id.</summary>
    public string Branch(string name, string from, params (string Path, string? Content)[] files)
    {
        Git("switch", "--quiet", "-c", name, from);
        string commit = Commit($"Work of {name}", files);
        Git("switch", "--quiet", "main");
        return commit;
    }

    /// <summary>Writes and commits one file as a person does beside a landing, which may be just at work in the checkout: tries again until git takes it.</summary>
    public async Task<string> CommitBesideLandingsAsync(string path, string content)
    {
        Write(path, content);
        string? commit = null;
        await Eventually.TrueAsync(
            () =>
            {
                try
                {
                    Git("add", "--", path);
                    Git("commit", "-q", "-m", "mine", "--", path);
                    commit = Git("rev-parse", "HEAD");
                }
                catch (InvalidOperationException)
                {
                    // index.lock is held, or the branch has just been moved.
                }

                return commit is not null;
            },
            () => $"Git takes no commit of {path}.");
        return commit!;
    }

    public string Head(string revision = "HEAD") => Git("rev-parse", "--verify", revision);

    /// <summary>All refs with their commits, for before and after comparisons.</summary>
    public string Refs() => Git("for-each-ref", "--format=%(refname) %(objectname)");

    /// <summary>The content of a file in a commit.</summary>
    public string Show(string commit, string path) => Git("show", $"{commit}:{path}");

    /// <summary>The subjects reachable from a revision, newest first.</summary>
    public IReadOnlyList<string> Log(string revision = "HEAD") => Git("log", "--format=%s", revision).Split('\n');

    public void Dispose() => TestFolder.Delete(Root);
}
