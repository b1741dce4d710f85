using System.CommandLine;
using Orchestra.Client;
using Orchestra.Core.Pipeline;

namespace Orchestra.Cli.Commands;

/// <summary>The options that commands share.</summary>
internal static class SharedOptions
{
    public const int DefaultPort = 8080;

    /// <summary>The host that the client commands talk to.</summary>
    public static Option<string> Url(string name = "--url") => new(name)
    {
        Description = "The host's address; the variable ORCHESTRA_URL sets it too.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ORCHESTRA_URL") is { Length: > 0 } url ? url : $"http://127.0.0.1:{DefaultPort}",
    };

    public static Option<DirectoryInfo?> Data(string description) => new("--data") { Description = description };

    /// <summary>The data folder as the host would choose it.</summary>
    public static string DataFolder(DirectoryInfo? given)
        => given?.FullName ?? Path.GetFullPath(Environment.GetEnvironmentVariable("ORCHESTRA_DATA") is { Length: > 0 } folder ? folder : ".orchestra");

    /// <param name="what">What is limited, for the help.</param>
    public static (Option<decimal?> Cost, Option<int?> Turns) Budget(string what) =>
        (new("--max-cost") { Description = $"US dollars that {what}." }, new("--max-turns") { Description = $"Replies of models that {what}." });

    public static Budget? Budget(this ParseResult parsed, (Option<decimal?> Cost, Option<int?> Turns) options) =>
        Core.Pipeline.Budget.Of(parsed.GetValue(options.Cost), parsed.GetValue(options.Turns));

    public static Option<int?> Port()
    {
        var option = new Option<int?>("--port") { Description = $"The port on 127.0.0.1. Default: {DefaultPort}, or the next free one." };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 65535)
                result.AddError("--port must be between 1 and 65535.");
        });
        return option;
    }

    /// <summary>A client for the address given by <paramref name="url"/>.</summary>
    /// <exception cref="CliError">The address is not one.</exception>
    public static OrchestraClient Client(this ParseResult parsed, Option<string> url) => new(parsed.Address(url));

    /// <exception cref="CliError">The address is not one.</exception>
    public static Uri Address(this ParseResult parsed, Option<string> url)
    {
        string text = parsed.GetRequiredValue(url);
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new CliError($"'{text}' is no address; give one like http://127.0.0.1:{DefaultPort} with {url.Name} or ORCHESTRA_URL.", ExitCodes.Usage);
        return address;
    }
}
