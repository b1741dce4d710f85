using System.CommandLine;
using Orchestra.Cli.Output;
using Orchestra.Core;
using Orchestra.Core.Audit;

namespace Orchestra.Cli.Commands;

internal static class AuditCommand
{
    public static Command Create()
    {
        Option<DirectoryInfo?> data = SharedOptions.Data("The data folder; the variable ORCHESTRA_DATA sets it too. Default: .orchestra.");
        var expect = new Option<string?>("--expect") { Description = "A head that an earlier verification printed, SEQ:HASH; it must be in the log." };
        var verify = new Command("verify", "Checks the chain of the audit log, and prints its head.") { data, expect };
        verify.SetAction(parsed => Verify(SharedOptions.DataFolder(parsed.GetValue(data)), parsed.GetValue(expect)));
        return new Command("audit", "The log of who changed what.") { verify };
    }

    private static int Verify(string folder, string? expect)
    {
        string file = new DataFolder(folder).AuditFile;
        AuditVerdict verdict = AuditChain.Verify(File.Exists(file) ? Lines(file) : [], expect is null ? null : Head(expect));
        if (verdict.Torn > 0)
            Terminal.Out.WriteLine($"{verdict.Torn} lines were torn by a crash while they were written.");
        if (verdict.Problem is { } problem)
        {
            Terminal.Error.WriteLine($"{file}: {problem}.");
            return ExitCodes.Failure;
        }

        Terminal.Out.WriteLine($"{file}: {verdict.Head.Seq} entries, whole. Head {verdict.Head.Seq}:{verdict.Head.Hash}");
        return ExitCodes.Success;
    }

    // A host may be writing to it.
    private static IEnumerable<string> Lines(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    private static AuditHead Head(string text) =>
        text.Split(':') is [var seq, { Length: 64 } hash] && long.TryParse(seq, out long number)
            ? new AuditHead(number, hash)
            : throw new CliError($"'{text}' is no head; it looks like 12:0123…, as a verification prints it.", ExitCodes.Usage);
}
