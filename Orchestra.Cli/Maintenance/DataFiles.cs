using System.IO.Compression;
using Orchestra.DurableTask;
using Orchestra.Storage;

namespace Orchestra.Cli.Maintenance;

/// <summary>The data folder's databases: packs them into one file and looks them through. A host may work on them meanwhile.</summary>
internal static class DataFiles
{
    private const string Journal = "taskhub.db";
    private const string State = "state.db";

    /// <summary>
    /// The journal goes first: a state store that is ahead of its journal is what a crash leaves too, and work is done again;
    /// one that is behind would have lost documents.
    /// </summary>
    public static async Task BackupAsync(string folder, string target, CancellationToken cancellation)
    {
        Require(folder);
        if (File.Exists(target))
            throw new CliError($"{target} exists already; a backup replaces nothing.");
        string work = Directory.CreateTempSubdirectory("orchestra-backup-").FullName;
        string partial = target + ".partial";
        try
        {
            await EmbeddedJournal.BackupAsync(Path.Combine(folder, Journal), Path.Combine(work, Journal), cancellation);
            if (File.Exists(Path.Combine(folder, State)))
                StateFile.Backup(Path.Combine(folder, State), Path.Combine(work, State));
            if (await VerifyFolderAsync(work, cancellation) is { Count: > 0 } problems)
                throw new CliError($"The copy is not sound, so it was not kept:\n  {string.Join("\n  ", problems)}");
            File.Delete(partial);
            await ZipFile.CreateFromDirectoryAsync(work, partial, cancellation);
            await using (FileStream written = new(partial, FileMode.Open, FileAccess.ReadWrite))
                written.Flush(flushToDisk: true);
            File.Move(partial, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliError(e.Message);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
            File.Delete(partial);
        }
    }

    /// <summary>The problems of a data folder or of a backup.</summary>
    public static async Task<IReadOnlyList<string>> VerifyAsync(string folderOrBackup, CancellationToken cancellation)
    {
        if (!File.Exists(folderOrBackup))
        {
            Require(folderOrBackup);
            return await VerifyFolderAsync(folderOrBackup, cancellation);
        }

        string work = Directory.CreateTempSubdirectory("orchestra-verify-").FullName;
        try
        {
            await ZipFile.ExtractToDirectoryAsync(folderOrBackup, work, cancellation);
            Require(work);
            return await VerifyFolderAsync(work, cancellation);
        }
        catch (InvalidDataException e)
        {
            throw new CliError($"{folderOrBackup} is not a backup: {e.Message}");
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<string>> VerifyFolderAsync(string folder, CancellationToken cancellation)
    {
        List<string> problems;
        try
        {
            problems = [.. (await EmbeddedJournal.VerifyAsync(Path.Combine(folder, Journal), cancellation)).Select(problem => $"{Journal}: {problem}")];
        }
        catch (IOException e)
        {
            throw new CliError(e.Message);
        }

        string state = Path.Combine(folder, State);
        if (File.Exists(state))
            problems.AddRange(StateFile.Verify(state).Select(problem => $"{State}: {problem}"));
        return problems;
    }

    private static void Require(string folder)
    {
        if (!File.Exists(Path.Combine(folder, Journal)))
            throw new CliError($"{folder} has no {Journal}; name the data folder with --data or ORCHESTRA_DATA.");
    }
}
