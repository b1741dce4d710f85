namespace Orchestra.Activities.Processes;

/// <summary>Looks a program up as the shell would, so that a missing one is told apart from a program that exits 127.</summary>
internal static class ProgramLookup
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Null when the program can be started.</summary>
    public static (int ExitCode, string Error)? Find(string program, string workingFolder, string path)
    {
        if (program.Contains('/'))
        {
            string file = Path.GetFullPath(program, workingFolder);
            if (!File.Exists(file)) return (127, $"The program {program} was not found.");
            return IsExecutable(file) ? null : (126, $"The program {program} is not executable. Run chmod +x on it.");
        }
        bool found = path.Split(':').Any(folder => IsExecutable(Path.Combine(Path.GetFullPath(folder.Length == 0 ? "." : folder, workingFolder), program)));
        return found ? null : (127, $"The program {program} was not found on PATH. Install it, or give its full path under client.commands.");
    }

    private static bool IsExecutable(string file) =>
        File.Exists(file) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & AnyExecute) != 0);
}
