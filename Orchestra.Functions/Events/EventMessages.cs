using System.Text;
using System.Text.Json.Nodes;
using Orchestra.Activities.Output;
using Orchestra.Core.Events;

namespace Orchestra.Functions.Events;

/// <summary>Events as clients get them: a piece of output gets its text, which the log only points to.</summary>
public sealed class EventMessages(OutputLog output)
{
    public JsonObject Of(LoggedEvent logged)
    {
        JsonObject message = logged.ToWire();
        if (logged.Event.Name is EventNames.Stdout or EventNames.Stderr)
            message["data"] = Encoding.UTF8.GetString(output.Read((string)message["run_id"]!, (long)message["run_offset"]!, (int)message["length"]!));
        return message;
    }
}
