using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestra.Testing;

/// <summary>A stand-in for the Messages API on a loopback port: answers each request with the next turn of a script, streamed.</summary>
public sealed class FakeMessagesApi : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<Turn> script = new();

    public FakeMessagesApi(params Turn[] turns)
    {
        foreach (Turn turn in turns) script.Enqueue(turn);
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>One answer: a reply, or a fault.</summary>
    public sealed record Turn(JsonArray? Content = null, string StopReason = "end_turn", int Status = 200, string? Error = null, string? Headers = null, Fault Fault = Fault.None);

    public enum Fault
    {
        None,

        /// <summary>Half of the stream, then the connection ends.</summary>
        Cut,

        /// <summary>Half of the stream, then silence.</summary>
        Stall,

        /// <summary>Half of the stream, then an error event.</summary>
        ErrorEvent,
    }

    public string BaseUrl => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    public ConcurrentQueue<JsonObject> Requests { get; } = new();

    public ConcurrentQueue<string> Heads { get; } = new();

    public static Turn Says(string text) => new([Text(text)]);

    public static Turn Calls(string tool, object input, string text = "Let me see.") => new(
        [Text(text), new JsonObject { ["type"] = "tool_use", ["id"] = $"toolu_{Guid.NewGuid():N}", ["name"] = tool, ["input"] = JsonSerializer.SerializeToNode(input) }], "tool_use");

    public static Turn Refuses(int status, string message, string? headers = null) => new(Status: status, Error: message, Headers: headers);

    public void Dispose()
    {
        stop.Cancel();
        listener.Dispose();
        stop.Dispose();
    }

    private static JsonObject Text(string text) => new() { ["type"] = "text", ["text"] = text };

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using (connection)
        {
            try
            {
                NetworkStream stream = connection.GetStream();
                if (await ReadAsync(stream) is not { } body) return;
                Requests.Enqueue(JsonNode.Parse(body)!.AsObject());
                await AnswerAsync(stream, script.TryDequeue(out Turn? turn) ? turn : Says("The script has no further turn."));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    private async Task<string?> ReadAsync(NetworkStream stream)
    {
        var bytes = new List<byte>();
        byte[] buffer = new byte[65536];
        int end;
        while ((end = Encoding.ASCII.GetString([.. bytes]).IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            int read = await stream.ReadAsync(buffer, stop.Token);
            if (read == 0) return null;
            bytes.AddRange(buffer.AsSpan(0, read));
        }

        string head = Encoding.ASCII.GetString([.. bytes[..end]]);
        Heads.Enqueue(head);
        string length = head.Split("\r\n").First(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Split(':')[1];
        int total = end + 4 + int.Parse(length, CultureInfo.InvariantCulture);
        while (bytes.Count < total)
        {
            int read = await stream.ReadAsync(buffer, stop.Token);
            if (read == 0) return null;
            bytes.AddRange(buffer.AsSpan(0, read));
        }
        return Encoding.UTF8.GetString([.. bytes[(end + 4)..total]]);
    }

    private async Task AnswerAsync(NetworkStream stream, Turn turn)
    {
        if (turn.Status != 200)
        {
            string error = new JsonObject { ["type"] = "error", ["error"] = new JsonObject { ["type"] = "api_error", ["message"] = turn.Error } }.ToJsonString();
            await WriteAsync(stream, $"HTTP/1.1 {turn.Status} Fault\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(error)}\r\n{turn.Headers}\r\n{error}");
            return;
        }

        await WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
        List<string> events = [.. Events(turn)];
        foreach (string e in turn.Fault == Fault.None ? events : events[..(events.Count / 2)]) await WriteAsync(stream, e);
        if (turn.Fault == Fault.ErrorEvent) await WriteAsync(stream, Event("error", """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"""));
        if (turn.Fault == Fault.Stall) await new TaskCompletionSource().Task.WaitAsync(stop.Token);
    }

    private static IEnumerable<string> Events(Turn turn)
    {
        yield return Event("message_start", """{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-5-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1000,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}}""");
        for (int i = 0; i < turn.Content!.Count; i++)
        {
            JsonObject block = turn.Content[i]!.AsObject();
            bool isText = (string?)block["type"] == "text";
            JsonObject start = isText ? Text("") : new JsonObject { ["type"] = "tool_use", ["id"] = block["id"]!.DeepClone(), ["name"] = block["name"]!.DeepClone(), ["input"] = new JsonObject() };
            JsonObject delta = isText
                ? new JsonObject { ["type"] = "text_delta", ["text"] = block["text"]!.DeepClone() }
                : new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = block["input"]!.ToJsonString() };
            yield return Event("content_block_start", new JsonObject { ["type"] = "content_block_start", ["index"] = i, ["content_block"] = start }.ToJsonString());
            yield return Event("content_block_delta", new JsonObject { ["type"] = "content_block_delta", ["index"] = i, ["delta"] = delta }.ToJsonString());
            yield return Event("content_block_stop", $$"""{"type":"content_block_stop","index":{{i}}}""");
        }
        var end = new JsonObject
        {
            ["type"] = "message_delta",
            ["delta"] = new JsonObject { ["stop_reason"] = turn.StopReason, ["stop_sequence"] = null },
            ["usage"] = new JsonObject { ["input_tokens"] = 1000, ["cache_creation_input_tokens"] = 0, ["cache_read_input_tokens"] = 0, ["output_tokens"] = 50 },
        };
        yield return Event("message_delta", end.ToJsonString());
        yield return Event("message_stop", """{"type":"message_stop"}""");
    }

    private static string Event(string name, string data) => $"event: {name}\ndata: {data}\n\n";

    private async Task WriteAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text), stop.Token);
}
