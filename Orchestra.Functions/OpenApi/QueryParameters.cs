using System.Text.Json.Nodes;

namespace Orchestra.Functions.OpenApi;

/// <summary>The query parameters of the API: the same name means the same everywhere; where it cannot, a variant follows behind a slash.</summary>
internal static class QueryParameters
{
    private static readonly Dictionary<string, (string Description, string Schema)> Known = new()
    {
        ["limit"] = ("How many at most.", """{"type":"integer","minimum":1}"""),
        ["offset"] = ("How many to leave out, newest first.", """{"type":"integer","minimum":0,"maximum":1000000}"""),
        ["since"] = ("Only what began, or was logged, at or after this time.", """{"type":"string","format":"date-time"}"""),
        ["phase"] = ("Only projects in this phase.", """{"type":"string"}"""),
        ["status"] = ("Only those with this status.", """{"type":"string"}"""),
        ["team"] = ("Only sessions of this team.", """{"type":"string"}"""),
        ["level"] = ("Only log lines of this level.", """{"type":"string","enum":["debug","info","warning","error","critical"]}"""),
        ["min_level"] = ("Only log lines of this level and worse.", """{"type":"string","enum":["debug","info","warning","error","critical"]}"""),
        ["text"] = ("Only log lines whose message or source contains it, in whatever case; a page may then hold few lines or none, with more behind it.", """{"type":"string"}"""),
        ["after"] = ("The number, or byte offset, behind which to go on.", """{"type":"integer","minimum":0}"""),
        ["after/list"] = ("The 'next' of an earlier answer: the list goes on behind it, at the same cost at any depth.", """{"type":"string"}"""),
        ["wait"] = ("Seconds to wait for the first event.", """{"type":"integer","minimum":0,"maximum":60}"""),
        ["types"] = ("Names of events and types of messages, separated by commas.", """{"type":"string"}"""),
        ["project"] = ("Only events of this project.", """{"type":"string"}"""),
        ["follow"] = ("Go on with what is printed later, until the end.", """{"type":"boolean"}"""),
        ["download"] = ("To be saved as a file.", """{"type":"boolean"}"""),
        ["repo_path"] = ("The repository's folder; without it, the one that the host was started in.", """{"type":"string"}"""),
        ["mode"] = ("auto, research, analysis, monitoring, a team; of executions gm, too.", """{"type":"string"}"""),
        ["client_mode"] = ("How to run them.", """{"type":"string"}"""),
    };

    public static JsonObject Of(string name) => new()
    {
        ["name"] = name.Split('/')[0],
        ["in"] = "query",
        ["required"] = false,
        ["description"] = Known[name].Description,
        ["schema"] = JsonNode.Parse(Known[name].Schema),
    };
}
