using System.Collections.Concurrent;
using Orchestra.Core;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Activities.Output;

/// <summary>
/// Tells the growth of running sessions' output as events: places, not text. The place up to which it is told moves in the same batch as the
/// event, so that a crash loses and repeats nothing; what runs while nobody records is told afterwards. Agents write to their files and
/// never wait for this.
/// </summary>
public sealed class OutputRecorder(EventLog events, OutputLog output, ProjectStore store, TimeProvider time)
{
    private const string Open = "output/open/";
    private const string Closed = "output/closed/";
    private readonly ConcurrentDictionary<string, Followed> followed = new(StringComparer.Ordinal);

    /// <summary>Follows a session from now on; safe to repeat, as its runs become more.</summary>
    public async Task StartAsync(SessionRecord session, CancellationToken cancellationToken)
    {
        string id = session.SessionId;
        if (await events.FindMarkAsync(Open + id, cancellationToken) is null)
        {
            // A session that runs once more goes on in the same output.
            EventMark? former = await events.FindMarkAsync(Closed + id, cancellationToken);
            await events.WriteMarksAsync([new(Open + id, former?.Json ?? Json.Write(new Place(0, session.ProjectId)), null)], cancellationToken);
        }

        Follow(session);
    }

    /// <summary>Tells what is left and ends; before the session's end is told.</summary>
    public async Task EndAsync(SessionRecord session, CancellationToken cancellationToken)
    {
        string id = session.SessionId;
        IReadOnlyList<string> runs = OutputLog.RunsOf(session);
        while (await TellAsync(id, runs, all: true, cancellationToken) != Telling.NothingLeft)
        {
            // More than one piece, or somebody else told one at the same moment.
        }

        followed.TryRemove(id, out _);
        if (await events.FindMarkAsync(Open + id, cancellationToken) is { } mark)
            await events.WriteMarksAsync([new(Closed + id, mark.Json, null), mark with { Json = null, ETag = null }], cancellationToken);
    }

    /// <summary>Takes up what a former process followed.</summary>
    public async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        foreach (EventMark mark in await events.ListMarksAsync(Open, cancellationToken))
        {
            if (await store.FindSessionAsync(mark.Name[Open.Length..], cancellationToken) is { } session)
                Follow(session);
        }
    }

    /// <summary>One look at every session.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach ((string sessionId, Followed state) in followed)
        {
            long length = output.Length(state.Runs);
            // A line that stands unfinished for a while is told as it is: a question, a progress bar.
            bool stands = length == state.Length;
            state.Length = length;
            if (length <= state.Told)
                continue;
            while (await TellAsync(sessionId, state.Runs, stands, cancellationToken) == Telling.Told)
            {
                // More than one piece.
            }
        }
    }

    private void Follow(SessionRecord session) =>
        followed.AddOrUpdate(session.SessionId, _ => new Followed(), (_, known) => known).Runs = OutputLog.RunsOf(session);

    private async Task<Telling> TellAsync(string sessionId, IReadOnlyList<string> runs, bool all, CancellationToken cancellationToken)
    {
        if (await events.FindMarkAsync(Open + sessionId, cancellationToken) is not { Json: { } json } mark)
        {
            followed.TryRemove(sessionId, out _);
            return Telling.NothingLeft;
        }

        Place place = Json.Read<Place>(json);
        (string run, long at) = output.Locate(runs, place.Offset);
        OutputPart part = output.PartAt(run, at);
        byte[] bytes = output.Read(run, at, (int)Math.Min(OutputPieces.Largest, part.End - at));
        int length = OutputPieces.Cut(bytes, all || (part.IsClosed && bytes.Length == part.End - at));
        if (length == 0)
            return Telling.NothingLeft;
        NewEvent piece = NewEvent.Of(
            $"output/{sessionId}/{place.Offset}", EventChannels.Teams, EventTypes.TeamProgress, part.IsError ? EventNames.Stderr : EventNames.Stdout, place.ProjectId, sessionId,
            time.GetUtcNow().UtcDateTime, new { place.Offset, Length = length, RunId = run, RunOffset = at });
        Place next = place with { Offset = place.Offset + length };
        bool moved = await events.AppendAsync([piece], mark with { Json = Json.Write(next) }, cancellationToken);
        if (moved && followed.TryGetValue(sessionId, out Followed? state))
            state.Told = next.Offset;
        return moved ? Telling.Told : Telling.Overtaken;
    }

    private enum Telling
    {
        NothingLeft,
        Told,
        Overtaken,
    }

    private sealed record Place(long Offset, string? ProjectId);

    private sealed class Followed
    {
        public IReadOnlyList<string> Runs { get; set; } = [];
        public long Length { get; set; }
        public long Told { get; set; }
    }
}
