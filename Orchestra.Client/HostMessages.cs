using System.Text.Json;

namespace Orchestra.Client;

/// <summary>The answer of <c>GET /api/status</c>.</summary>
/// <param name="DbPath">Null when the state is not in a file.</param>
/// <param name="Modes">What the orchestrator can be started with.</param>
public sealed record StatusView(OrchestratorView Orchestrator, StatsView Stats, string OutputsDir, string? DbPath, IReadOnlyList<string> Modes);

/// <summary>The orchestrator: one round of a mode's agents at a time.</summary>
/// <param name="Pid">Of the host; null when no round runs.</param>
/// <param name="Mode">Of the round that runs or ran last.</param>
/// <param name="SessionId">The session that the round is.</param>
/// <param name="Skipped">Agents of the mode that are switched off; told at the start only.</param>
public sealed record OrchestratorView(
    bool Running, int? Pid, string Mode, string ClientMode, DateTime? StartedAt, string? SessionId, IReadOnlyList<string>? Skipped = null);

/// <param name="Level">debug, info, warning, error or critical.</param>
public sealed record LogView(string Id, DateTime Timestamp, string Level, string Message, string Source);

/// <summary>Which lines of the log are asked for; null leaves a part out.</summary>
/// <param name="MinLevel">This level or worse.</param>
/// <param name="Text">Contained in message or source.</param>
/// <param name="After">The <see cref="LogsPage.Next"/> of the page before.</param>
public sealed record LogsQuery(int Limit = 100, string? Level = null, string? MinLevel = null, string? Text = null, string? After = null);

/// <param name="Next">Where the next page goes on; null when there is nothing older. With a text, a page may be empty and yet have a next.</param>
public sealed record LogsPage(IReadOnlyList<LogView> Lines, string? Next);

/// <summary>The configuration that holds: <c>GET /api/config</c>. The answer has the sections themselves, too.</summary>
/// <param name="Entries">One per value.</param>
public sealed record ConfigView(string File, IReadOnlyList<ConfigEntryView> Entries, IReadOnlyList<SettingView> Settings);

/// <param name="Source">file, default, or the setting that takes the file's place.</param>
/// <param name="Line">In the file.</param>
public sealed record ConfigEntryView(string Key, JsonElement Value, string Source, int? Line);

/// <param name="Value">Null when it is not set; secrets are hidden.</param>
/// <param name="Source">command line, environment or a file's name.</param>
public sealed record SettingView(string Name, string? Value, string? Source);
