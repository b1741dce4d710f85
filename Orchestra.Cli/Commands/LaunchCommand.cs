using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestra.Cli.Output;
using Orchestra.Client;

namespace Orchestra.Cli.Commands;

internal static class LaunchCommand
{
    public static Command Create()
    {
        Option<string> url = SharedOptions.Url();
        var source = new Argument<string>("FILE|TEMPLATE") { Description = "A JSON file with the body of POST /api/gm/launch, or the name of a template of the host's configuration." };
        var wait = new Option<bool>("--wait") { Description = "Follow the project to its end." };
        var command = new Command("launch", "Starts a project.") { source, wait, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            string name = parsed.GetRequiredValue(source);
            LaunchResponse launched = File.Exists(name)
                ? await client.LaunchAsync(await ReadAsync(name, cancellationToken), cancellationToken)
                : await client.LaunchAsync(await TemplateAsync(client, name, cancellationToken), cancellationToken);
            Terminal.Out.WriteLine($"Project {launched.ProjectId}: {launched.AgentCount} {(launched.AgentCount == 1 ? "agent" : "agents")} launched.");
            return parsed.GetValue(wait) ? await Following.ToEndAsync(client, launched.ProjectId, cancellationToken) : ExitCodes.Success;
        });
        return command;
    }

    /// <summary>The file as it is, for the host to judge; only a relative repository path is taken from the file's folder.</summary>
    private static async Task<JsonNode> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            JsonNode body = JsonNode.Parse(await File.ReadAllTextAsync(path, cancellationToken)) ?? throw new CliError($"{path} holds no launch but null.");
            if (body is JsonObject fields && fields["repo_path"] is JsonValue value && value.TryGetValue(out string? repository) && repository.Length > 0)
                fields["repo_path"] = Path.GetFullPath(repository, Path.GetDirectoryName(Path.GetFullPath(path))!);
            return body;
        }
        catch (JsonException e)
        {
            throw new CliError($"{path} is no valid JSON: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliError($"{path} cannot be read: {e.Message}");
        }
    }

    private static async Task<LaunchRequest> TemplateAsync(OrchestraClient client, string name, CancellationToken cancellationToken)
    {
        IReadOnlyList<TemplateView> templates = await client.TemplatesAsync(cancellationToken);
        TemplateView template = templates.FirstOrDefault(t => t.Name == name) ?? throw new CliError(
            $"'{name}' is neither a file nor a template. {(templates.Count == 0 ? "The host's configuration has no templates." : $"Templates: {string.Join(", ", templates.Select(t => t.Name))}.")}");
        return template.ToLaunch();
    }
}
