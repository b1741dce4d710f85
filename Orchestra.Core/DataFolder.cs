namespace Orchestra.Core;

/// <summary>Where everything lives that is not in the repository: <c>ORCHESTRA_DATA</c>.</summary>
public sealed class DataFolder(string root)
{
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>
    /// Makes the folder. Git overlooks it, whatever repository it may lie in: by default it is where the host is started, and neither keys nor
    /// worktrees are to be committed by accident.
    /// </summary>
    public void Prepare()
    {
        Directory.CreateDirectory(Root);
        string ignored = Path.Combine(Root, ".gitignore");
        if (!File.Exists(ignored))
            File.WriteAllText(ignored, "*\n");
    }

    public string StateFile => Path.Combine(Root, "state.db");

    /// <summary>Who changed what.</summary>
    public string AuditFile => Path.Combine(Root, "audit.log");

    /// <summary>Worktrees, outside the repository so that no tool scans them by accident.</summary>
    public string Worktree(string workId) => Path.Combine(Root, "worktrees", workId);

    /// <summary>The one worktree of a project in which gates run, reused so that incremental builds stay warm.</summary>
    public string IntegrationWorktree(string projectId) => Path.Combine(Root, "worktrees", $"{projectId}-gates");

    /// <summary>Output, process identity and exit code of one run; survives a crash of the host.</summary>
    public string Run(string runId) => Path.Combine(Root, "runs", runId);

    /// <summary>What ended sessions came to, as files for other programs.</summary>
    public string Outputs => Path.Combine(Root, "outputs");

    /// <summary>The state that the client of one run keeps for itself.</summary>
    public string ClientHome(string runId) => Path.Combine(Run(runId), "home");

    /// <summary>The encrypted secrets that a run's program got.</summary>
    public string RunSecrets(string runId) => Path.Combine(Run(runId), "secrets");

    /// <summary>What secrets in launches are encrypted with.</summary>
    public string SecretKeyFile => Path.Combine(Root, "secret.key");

    /// <summary>What a sandboxed run has for <c>/tmp</c>.</summary>
    public string Temporary(string runId) => Path.Combine(Run(runId), "tmp");

    /// <summary>One file per command that passed on a tree.</summary>
    public string Passes => Path.Combine(Root, "passes");

    /// <summary>What the builds of all worktrees of one repository share; may be deleted at any time when nothing runs.</summary>
    public string BuildCache(string repository) => Path.Combine(Root, "caches", repository);

    /// <summary>Exists when the run, or its project, is to be cancelled.</summary>
    public string CancelMark(string id) => Path.Combine(Root, "cancelled", id);
}
