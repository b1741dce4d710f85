using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestra.Functions.Tests;

/// <summary>A collector: takes traces as OTLP over HTTP and keeps each span once.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, ReceivedSpan> spans = new();

    private OtlpReceiver(WebApplication app) => this.app = app;

    public int Port { get; private init; }

    public ReceivedSpan[] Spans => [.. spans.Values.OrderBy(s => s.From)];

    public static async Task<OtlpReceiver> StartAsync()
    {
        int port = FreePort.Next();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var receiver = new OtlpReceiver(builder.Build()) { Port = port };
        receiver.app.MapPost("/v1/traces", receiver.TakeAsync);
        await receiver.app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task TakeAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        // ExportTraceServiceRequest.resource_spans(1).scope_spans(2).spans(2)
        foreach (byte[] resource in Fields(body.ToArray(), 1))
        {
            foreach (byte[] span in Fields(resource, 2).SelectMany(scope => Fields(scope, 2)))
            {
                ReceivedSpan read = Read(span);
                spans[read.Id] = read;
            }
        }
    }

    // Span: trace_id(1), span_id(2), parent_span_id(4), name(5), start(7), end(8), links(13), status(15).code(3)
    private static ReceivedSpan Read(byte[] span) => new(
        Hex(span, 1), Hex(span, 2), Hex(span, 4), Encoding.UTF8.GetString(Fields(span, 5).Single()), Time(span, 7), Time(span, 8), Fields(span, 13).Count,
        Fields(span, 15).SelectMany(s => Fields(s, 3)).Any(code => code is [2]));

    private static string Hex(byte[] message, int field) => Fields(message, field) is [byte[] id] ? Convert.ToHexStringLower(id) : "";

    private static long Time(byte[] message, int field) => BinaryPrimitives.ReadInt64LittleEndian(Fields(message, field).Single());

    /// <summary>The values of one field of a protobuf message, as bytes.</summary>
    private static List<byte[]> Fields(byte[] message, int field)
    {
        var found = new List<byte[]>();
        for (int at = 0; at < message.Length;)
        {
            int tag = (int)Varint(message, ref at);
            int start = at;
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 2:
                    int length = (int)Varint(message, ref at);
                    start = at;
                    at += length;
                    break;
                case var fixedSize:
                    at += fixedSize == 1 ? 8 : 4;
                    break;
            }

            byte[] value = message[start..at];
            if (tag >> 3 == field)
                found.Add(value);
        }

        return found;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = message[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }
    }
}

/// <param name="Links">How many.</param>
internal sealed record ReceivedSpan(string Trace, string Id, string Parent, string Name, long From, long Until, int Links, bool Failed);
