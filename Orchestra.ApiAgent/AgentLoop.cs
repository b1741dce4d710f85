using System.Text.Json.Nodes;
using Orchestra.ApiAgent.Tools;
using Orchestra.Core.Pipeline;

namespace Orchestra.ApiAgent;

/// <summary>Lets the model and its tools take turns until the work is done or a limit is reached.</summary>
internal sealed class AgentLoop(ApiAgentSettings settings, Conversation conversation, MessagesApi api, ToolBox tools, EventWriter events, bool hasShell)
{
    private const string System =
        "You are a coding agent. You work without a person in a git worktree, which is your current folder: read, change and test the code there with "
        + "your tools until the task is done, then say in a few sentences what you did. Change nothing outside of that folder.";

    private const string WithoutShell = " You have an editor and no shell: you cannot run commands, builds or tests; they are run when you have ended.";

    private readonly Spending spending = new(settings.Price);
    private int turns;

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(string prompt)
    {
        foreach (JsonObject usage in conversation.Usages)
        {
            spending.Add(usage);
            turns++;
        }
        conversation.Add(Blocks.User([.. conversation.OpenToolUses().Select(Interrupted), Blocks.Text(prompt)]));
        Outcome outcome = await WorkAsync();
        events.Result(outcome, turns, spending);
        return outcome.IsError ? 1 : 0;
    }

    private async Task<Outcome> WorkAsync()
    {
        while (true)
        {
            if (settings.MaxTurns > 0 && turns >= settings.MaxTurns) return Outcome.MaxTurns(settings.MaxTurns);
            if (settings.MaxBudgetUsd > 0 && spending.Cost >= settings.MaxBudgetUsd) return Outcome.MaxBudget(settings.MaxBudgetUsd);
            Reply reply;
            try
            {
                reply = await api.AskAsync(hasShell ? System : System + WithoutShell, conversation.Messages);
            }
            catch (ApiFailure e)
            {
                return Outcome.ApiError(e);
            }

            turns++;
            spending.Add(reply.Usage);
            conversation.Add(reply.Message, reply.Usage);
            events.Reply(reply);
            if (await NextAsync(reply) is not { } next) return EndOf(reply);
            conversation.Add(next);
        }
    }

    /// <returns>What the model is told next; null when it has said its last word.</returns>
    private async Task<JsonObject?> NextAsync(Reply reply)
    {
        IReadOnlyList<JsonObject> calls = conversation.OpenToolUses();
        if (calls.Count > 0)
        {
            var results = new List<JsonNode>();
            // One after the other: they change the same files.
            foreach (JsonObject call in calls) results.Add(await tools.RunAsync(call));
            JsonObject message = Blocks.User(results);
            events.ToolResults(message);
            return message;
        }
        return reply.StopReason switch
        {
            "max_tokens" => Blocks.User([Blocks.Text("Your answer was cut at the limit of its length. Go on.")]),
            "pause_turn" => Blocks.User([Blocks.Text("Go on.")]),
            _ => null,
        };
    }

    private static Outcome EndOf(Reply reply) => reply.StopReason switch
    {
        "refusal" => Outcome.Failed("The model refused the task."),
        "model_context_window_exceeded" => Outcome.Failed("The conversation has become longer than the model can read."),
        _ => Outcome.Done(Blocks.TextOf(reply.Message)),
    };

    private static JsonObject Interrupted(JsonObject call) =>
        Blocks.ToolResult((string)call["id"]!, "Interrupted: the call may have been carried out in part.", isError: true);
}
