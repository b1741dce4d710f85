using System.CommandLine;

namespace Orchestra.Cli.Commands;

internal static class WrongUse
{
    /// <summary>What is wrong with a command line; a missing argument is told by its name, which the parser's own message leaves out.</summary>
    public static string Describe(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string[] missing = [.. command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(a) is not { Tokens.Count: > 0 }).Select(a => a.Name)];
        return missing.Length > 0
            ? $"{command.Name} needs {string.Join(" and ", missing)}."
            : string.Join(' ', parsed.Errors.Select(e => e.Message));
    }
}
