namespace Orchestra.Activities.Processes;

/// <summary>One command to run to its end, whatever happens to the host meanwhile.</summary>
/// <param name="RunId">Names the run's folder and marks its processes.</param>
/// <param name="Input">Standard input; null for an empty one. Program and input may be changed by the client at each start.</param>
/// <param name="Timeout">Counted from the start of the process, also over a restart of the host.</param>
/// <param name="PassEnvironment">Settings of ours, keys among them, that this command alone gets.</param>
internal sealed record RunRequest(
    string RunId,
    string? ProjectId,
    string WorkingFolder,
    IReadOnlyList<string> Argv,
    string? Input,
    IReadOnlyDictionary<string, string>? Environment,
    TimeSpan Timeout,
    IReadOnlyDictionary<string, string>? PassEnvironment = null)
{
    /// <summary>Standard output and standard error go to files of their own, and the client makes the output from them.</summary>
    public bool KeepsStreamsApart { get; init; }

    /// <summary>The working folder is the run's, so that daemons and other runs' processes in it are its, too; not so a person's own repository.</summary>
    public bool OwnsFolder { get; init; } = true;

    public RunChore? Chore { get; init; }

    /// <summary>Looks at the run from outside every half second; gives the end that it must come to now, or null.</summary>
    public Func<RunEnd?>? Guard { get; init; }

    /// <summary>A run that ends for a used-up quota has not come to its end: the next call goes on with it.</summary>
    public bool GoesOnAfterQuota { get; init; }

    /// <summary>Gives the environment when the working folder is ready; null: <see cref="Environment"/> is known beforehand.</summary>
    public Func<IReadOnlyDictionary<string, string>?>? EnvironmentAtStart { get; init; }

    /// <summary>Gives the program and arguments that the command is started by, when the working folder is ready; null: none, it is started itself.</summary>
    public Func<Task<IReadOnlyList<string>>>? StarterAtStart { get; init; }

    /// <summary>What comes before <see cref="Argv"/> on the command line.</summary>
    public IReadOnlyList<string> Starter { get; init; } = [];

    /// <summary>The session that the run is a step of; null: the run's own id.</summary>
    public string? SessionId { get; init; }

    // The kernel's limit for one argument (32 pages), its closing NUL included.
    private const int LongestArgument = 131_072 - 1;

    /// <summary>Why the command cannot be started at all, in words for the person who configured it; null when it can.</summary>
    public (int ExitCode, string Error)? FindObstacle()
    {
        if (Argv.Count == 0 || Argv[0].Length == 0)
            return (127, "The command is empty. Give a program under client.commands.");
        if (!Directory.Exists(WorkingFolder))
            return (127, $"The working folder {WorkingFolder} does not exist.");
        if (Argv.FirstOrDefault(a => a.Contains('\0')) is not null)
            return (126, "An argument contains a NUL character. Leave {prompt} out of the arguments: the prompt then goes to standard input.");
        if (Argv.Any(a => System.Text.Encoding.UTF8.GetByteCount(a) > LongestArgument))
            return (126, "An argument is longer than 128 KB. Leave {prompt} out of the arguments: the prompt then goes to standard input.");
        string path = Supervisor.EnvironmentOf(this).GetValueOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
        return ProgramLookup.Find(Argv[0], WorkingFolder, path);
    }
}
