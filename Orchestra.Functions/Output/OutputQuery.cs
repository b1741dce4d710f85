using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Orchestra.Core;
using Orchestra.Functions.Events;
using Orchestra.Functions.Http;

namespace Orchestra.Functions.Output;

/// <summary>Which bytes of an output somebody asks for.</summary>
/// <param name="From">The first byte.</param>
/// <param name="Until">The byte behind the last one.</param>
/// <param name="Length">Bytes there are now.</param>
/// <param name="Follow">Go on with what is printed later.</param>
/// <param name="Partial">Asked for by a Range header.</param>
/// <param name="Download">To be saved as a file.</param>
internal sealed record OutputQuery(long From, long Until, long Length, bool Follow, bool Partial, bool Download)
{
    public static OutputQuery Read(HttpRequest request, long length)
    {
        bool follow = Flag(request, "follow");
        bool download = Flag(request, "download");
        if (request.GetTypedHeaders().Range is { Unit.Value: "bytes", Ranges.Count: 1 } range && !follow)
            return OfRange(range.Ranges.First(), length, download);
        long after = ListQuery.Number(request, "after", 0, 0, long.MaxValue);
        if (after > length)
            throw Unsatisfiable("after", length);
        long limit = ListQuery.Number(request, "limit", long.MaxValue, 1, long.MaxValue);
        return new OutputQuery(after, limit < length - after ? after + limit : length, length, follow, false, download);
    }

    /// <summary>What is there is only added to, so its place says what it is; null while it is followed, and for ranges of the whole.</summary>
    public string? Tag(bool ended) => Follow || Partial ? null : string.Create(CultureInfo.InvariantCulture, $"\"{From}-{Until}{(ended ? "-ended" : "")}\"");

    public void WriteHeaders(HttpResponse response, string sessionId, bool ended)
    {
        response.StatusCode = Partial ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.AcceptRanges = "bytes";
        if (Partial)
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {From}-{Until - 1}/{Length}");
        if (Download)
            response.Headers.ContentDisposition = $"attachment; filename=\"{sessionId}.log\"";
        if (Follow)
            return;
        response.ContentLength = Until - From;
        response.Headers["Orchestra-Output-Next"] = Until.ToString(CultureInfo.InvariantCulture);
        response.Headers["Orchestra-Output-Ended"] = ended && Until == Length ? "true" : "false";
    }

    private static OutputQuery OfRange(RangeItemHeaderValue range, long length, bool download)
    {
        // Without a start the last bytes are meant.
        long from = range.From ?? Math.Max(0, length - range.To!.Value);
        long until = range.From is null || range.To is null ? length : Math.Min(length, range.To.Value + 1);
        return from < until ? new OutputQuery(from, until, length, false, true, download) : throw Unsatisfiable("Range", length);
    }

    private static InputProblem Unsatisfiable(string field, long length) =>
        new(field, $"There are only {length} bytes.", StatusCodes.Status416RangeNotSatisfiable);

    private static bool Flag(HttpRequest request, string key) => request.Query[key].ToString() switch
    {
        "" or "0" or "false" => false,
        "1" or "true" => true,
        _ => throw new InputProblem(key, "Must be true or false.", StatusCodes.Status400BadRequest),
    };
}
