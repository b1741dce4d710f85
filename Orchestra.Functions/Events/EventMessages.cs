using System.Text;
using System.Text.Json.Nodes;
using Orchestra.Activities.Git;
using Orchestra.Activities.Output;
using Orchestra.Core.Configuration;
using Orchestra.Core.Events;

namespace Orchestra.Functions.Events;

/// <summary>
/// Events as clients get them: a piece of output gets its text, which the log only points to, and a message all keys that its kind has, whatever
/// the log holds of it.
/// </summary>
public sealed class EventMessages(OutputLog output, OrchestraConfig config)
{
    // Those whose keys scripts rely on.
    private static readonly string[] Complete =
        [EventNames.Started, EventNames.Stdout, EventNames.Stderr, EventNames.ResourceError, EventNames.Completed, EventNames.Cancelled];

    public JsonObject Of(LoggedEvent logged)
    {
        JsonObject message = logged.ToWire();
        if (logged.Event.Name is EventNames.Stdout or EventNames.Stderr)
            message["data"] = Encoding.UTF8.GetString(output.Read((string)message["run_id"]!, (long)message["run_offset"]!, (int)message["length"]!));
        switch (logged.Event.Type)
        {
            case EventTypes.TeamProgress when Complete.Contains(logged.Event.Name):
                message.TryAdd("data", null);
                message.TryAdd("status", "running");
                message.TryAdd("exit_code", null);
                message.TryAdd("db_id", logged.Event.SessionId);
                break;
            case EventTypes.NewTeamSession when message["data"] is JsonObject session:
                session.TryAdd("id", logged.Event.SessionId);
                if ((string?)session["branch_name"] is { } branch)
                    session["branch_name"] = GitNames.ShortBranch(branch);
                break;
            case EventTypes.NewExecution when message["data"] is JsonObject execution:
                execution.TryAdd("global_client_mode", config.Client.DefaultMode);
                execution.TryAdd("filename", null);
                break;
        }

        return message;
    }
}
