using System.Net;
using System.Text;

namespace Orchestra.Dashboard.Tests;

/// <summary>Answers the management API as the genuine Durable Functions extension does: its own forms of history, bare statuses, and no other route.</summary>
internal sealed class GenuineHost : IDisposable
{
    private const string Root = "/runtime/webhooks/durabletask/instances";

    private const string Instance =
        """
        {"name":"Order","instanceId":"o 1","runtimeStatus":"Failed","input":{"id":7},"customStatus":"packing","output":"Orchestrator function 'Order' failed: no stock",
         "createdTime":"2026-01-31T10:00:00Z","lastUpdatedTime":"2026-01-31T10:00:09Z","historyEvents":[
         {"Input":null,"EventType":"ExecutionStarted","ParentTraceContext":null,"ScheduledStartTime":null,"Generation":0,"Timestamp":"2026-01-31T10:00:00.5Z","FunctionName":"Order"},
         {"EventType":"TaskCompleted","Result":{"free":3},"Timestamp":"2026-01-31T10:00:02Z","ScheduledTime":"2026-01-31T10:00:01Z","FunctionName":"Reserve","Input":"[7]"},
         {"EventType":"TimerCreated","FireAt":"2026-01-31T10:00:05Z","Timestamp":"2026-01-31T10:00:02.1Z"},
         {"EventType":"TimerFired","FireAt":"2026-01-31T10:00:05Z","Timestamp":"2026-01-31T10:00:05.2Z"},
         {"EventType":"SubOrchestrationInstanceCreated","InstanceId":"child-1","Name":"Ship","Input":"[7]","ClientSpanId":null,"Timestamp":"2026-01-31T10:00:06Z"},
         {"EventType":"TaskFailed","Reason":"no stock","Details":"at Pack()","FailureDetails":{"ErrorType":"E","ErrorMessage":"no stock","IsNonRetriable":false},"Timestamp":"2026-01-31T10:00:08Z","ScheduledTime":"2026-01-31T10:00:06Z","FunctionName":"Pack"},
         {"EventType":"ExecutionCompleted","OrchestrationStatus":"Failed","Result":"no stock","FailureDetails":null,"Timestamp":"2026-01-31T10:00:09Z"}]}
        """;

    private int states, histories;
    private readonly HttpListener listener = new();
    private readonly Task serving;

    public GenuineHost(Uri address)
    {
        listener.Prefixes.Add(address.ToString());
        listener.Start();
        serving = ServeAsync();
    }

    public void Dispose()
    {
        listener.Close();
        serving.GetAwaiter().GetResult();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                await AnswerAsync(await listener.GetContextAsync());
        }
        catch (Exception e) when (e is ObjectDisposedException or HttpListenerException)
        {
            // It was closed.
        }
    }

    /// <summary>How often the instance was asked for without its history.</summary>
    public int States => Volatile.Read(ref states);

    /// <summary>How often with it.</summary>
    public int Histories => Volatile.Read(ref histories);

    private async Task AnswerAsync(HttpListenerContext http)
    {
        string path = http.Request.Url!.AbsolutePath;
        (int status, string body) = (http.Request.HttpMethod, path) switch
        {
            ("GET", Root) => (200, $"[{Instance}]"),
            ("GET", Root + "/o%201") => (200, Instance),
            ("POST", Root + "/o%201/rewind") => (501, ""),
            ("POST", Root + "/o%201/restart") => (500, """{"Message":"Something went wrong while processing your request","ExceptionMessage":"The storage is away.","ExceptionType":"E","StackTrace":""}"""),
            _ => (404, ""),
        };
        if (http.Request.HttpMethod == "GET" && path == Root + "/o%201")
            Interlocked.Increment(ref http.Request.QueryString["showHistory"] == "true" ? ref histories : ref states);
        try
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = "application/json";
            await http.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
            http.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or IOException)
        {
            // Who asked has gone on to another page.
        }
    }
}
