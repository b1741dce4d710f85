using System.Text;
using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Audit;

namespace Orchestra.Functions.Security;

/// <summary>
/// Appends to <c>audit.log</c> in the data folder, one line per entry, flushed to the disk. Several processes on one folder take
/// turns, each from reading the last line to having written the next one.
/// </summary>
public sealed class AuditLog(DataFolder data, ILogger<AuditLog> logger)
{
    private const int TailSize = 8 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly SemaphoreSlim writing = new(1, 1);

    public async Task AppendAsync(AuditEntry entry)
    {
        await writing.WaitAsync();
        try
        {
            // A file of its own for the lock, so that whoever reads the log neither waits nor keeps others waiting.
            using FileStream turn = await OpenAsync(data.AuditFile + ".lock");
            using var file = new FileStream(data.AuditFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            (AuditHead head, bool torn) = ReadHead(file);
            string line = AuditChain.Append(head, entry).Line;
            file.Seek(0, SeekOrigin.End);
            file.Write(Encoding.UTF8.GetBytes((torn ? "\n" : "") + line + "\n"));
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The request is done; that it is not on record must at least be seen.
            Log.AuditFailed(logger, entry.Method, entry.Path, e);
        }
        finally
        {
            writing.Release();
        }
    }

    private static async Task<FileStream> OpenAsync(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (TimeSpan waited = TimeSpan.Zero; ; waited += Pause)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (waited < Patience)
            {
                await Task.Delay(Pause);
            }
        }
    }

    /// <summary>The last whole line's head, and whether what comes behind it was torn by a crash.</summary>
    private static (AuditHead Head, bool Torn) ReadHead(FileStream file)
    {
        for (long size = TailSize; file.Length > 0; size *= 4)
        {
            long start = Math.Max(0, file.Length - size);
            byte[] bytes = new byte[file.Length - start];
            file.Seek(start, SeekOrigin.Begin);
            file.ReadExactly(bytes);
            string[] lines = Encoding.UTF8.GetString(bytes).Split('\n');
            // The first of them may begin before what was read.
            AuditHead? head = lines.Skip(start == 0 ? 0 : 1).Select(AuditChain.Read).LastOrDefault(h => h is not null);
            if (head is not null || start == 0)
                return (head ?? AuditHead.Empty, bytes[^1] != '\n');
        }

        return (AuditHead.Empty, false);
    }
}
