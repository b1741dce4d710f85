using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Client;

/// <summary>The public HTTP API, typed. Every failure is a <see cref="ApiError"/> that says what to do; 404 gives a <see cref="NotFoundError"/>, 409 a <see cref="ConflictError"/>.</summary>
/// <param name="key">null: what the variable ORCHESTRA_API_KEY says, if anything.</param>
/// <param name="user">Who the calls are made for; believed of the host's own dashboard only.</param>
public sealed class OrchestraClient(Uri address, string? key = null, Func<Task<string?>>? user = null) : IDisposable
{
    /// <summary>The variable with the key that a host was told to ask for; the host reads the same one.</summary>
    private const string KeyVariable = "ORCHESTRA_API_KEY";

    public const string UsualKeyAdvice = $"Set the variable {KeyVariable} to a key that the host knows.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // The host talks to another one first.
    private static readonly TimeSpan NetworkPatience = TimeSpan.FromMinutes(15);

    /// <summary>The durable runtime behind the API.</summary>
    public WorkflowClient Workflows => new(this);

    /// <summary>What whoever is refused for want of a key is to do, beside what the host says.</summary>
    public string KeyAdvice { get; init; } = UsualKeyAdvice;

    private readonly HttpClient _http = Create(address, key);

    /// <param name="idempotencyKey">The same key with the same body launches once, however often it is sent; null: every call launches.</param>
    public Task<LaunchResponse> LaunchAsync<TBody>(TBody body, CancellationToken cancellationToken, string? idempotencyKey = null)
    {
        HttpRequestMessage request = Request(HttpMethod.Post, "api/gm/launch", body);
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        return ExchangeAsync(request, ReadAsync<LaunchResponse>, cancellationToken);
    }

    public Task<IReadOnlyList<TemplateView>> TemplatesAsync(CancellationToken cancellationToken) =>
        SendAsync<IReadOnlyList<TemplateView>>(HttpMethod.Get, "api/gm/templates", null, cancellationToken);

    public Task<ProjectPage> ProjectsAsync(int limit, CancellationToken cancellationToken, string? phase = null, int offset = 0) =>
        SendAsync<ProjectPage>(
            HttpMethod.Get, $"api/gm/projects?limit={limit}&offset={offset}{(phase is null ? "" : $"&phase={Uri.EscapeDataString(phase)}")}", null, cancellationToken);

    public Task<ProjectView> ProjectAsync(string projectId, CancellationToken cancellationToken) =>
        SendAsync<ProjectView>(HttpMethod.Get, $"api/gm/projects/{Uri.EscapeDataString(projectId)}", null, cancellationToken);

    /// <param name="action">One of the decision's answers.</param>
    /// <param name="granted">For approving a decision about a budget: what may be used from now on, in all; null: what is proposed.</param>
    public Task<Resolved> ResolveAsync(string decisionId, string action, string? comment, CancellationToken cancellationToken, Budget? granted = null) =>
        SendAsync<Resolved>(
            HttpMethod.Post, $"api/gm/decisions/{Uri.EscapeDataString(decisionId)}/resolve",
            new { action, comment, granted?.MaxCostUsd, granted?.MaxTurns }, cancellationToken);

    public Task CancelAsync(string projectId, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(HttpMethod.Post, $"api/gm/projects/{Uri.EscapeDataString(projectId)}/cancel", new { }, cancellationToken);

    /// <param name="buildCommand">Null keeps what was; empty: none any more. The same for <paramref name="testCommand"/>.</param>
    public Task RetryAsync(string projectId, string? buildCommand, string? testCommand, CancellationToken cancellationToken,
        IReadOnlyList<string>? branches = null, string? clientMode = null, IReadOnlyList<LaunchAgent>? agents = null,
        Budget? budget = null) =>
        SendAsync<JsonElement>(
            HttpMethod.Post, $"api/gm/projects/{Uri.EscapeDataString(projectId)}/retry",
            new
            {
                BuildCommand = buildCommand,
                TestCommand = testCommand,
                Branches = branches is { Count: > 0 } ? branches : null,
                Agents = agents is { Count: > 0 } ? agents : null,
                ClientMode = clientMode,
                budget?.MaxCostUsd,
                budget?.MaxTurns,
            },
            cancellationToken);

    /// <param name="remote">Null, as <paramref name="branch"/>: what the host's configuration says.</param>
    public Task<PushView> PushAsync(string projectId, string? remote, string? branch, CancellationToken cancellationToken, bool? pullRequest = null) =>
        SendAsync<PushView>(
            HttpMethod.Post, $"api/gm/projects/{Uri.EscapeDataString(projectId)}/push", new { remote, branch, PullRequest = pullRequest }, cancellationToken, NetworkPatience);

    public Task UnlandAsync(string projectId, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(HttpMethod.Post, $"api/gm/projects/{Uri.EscapeDataString(projectId)}/unland", new { }, cancellationToken);

    /// <param name="after">The number behind which they begin.</param>
    /// <param name="types">Names of events or types of messages; null: all but output and log lines.</param>
    /// <param name="wait">How long the host waits for the first one.</param>
    public Task<EventPage> EventsAsync(long after, string? projectId, string? types, TimeSpan wait, CancellationToken cancellationToken, int limit = 500) =>
        SendAsync<EventPage>(
            HttpMethod.Get,
            string.Create(CultureInfo.InvariantCulture, $"api/events?after={after}&limit={limit}&wait={wait.TotalSeconds:0}{Part("project", projectId)}{Part("types", types)}"),
            null, cancellationToken, Patience + wait);

    public Task<SessionView> SessionAsync(string sessionId, CancellationToken cancellationToken) =>
        SendAsync<SessionView>(HttpMethod.Get, $"api/teams/{Uri.EscapeDataString(sessionId)}", null, cancellationToken);

    public Task<DiffView> DiffAsync(string sessionId, CancellationToken cancellationToken) =>
        SendAsync<DiffView>(HttpMethod.Get, $"api/teams/{Uri.EscapeDataString(sessionId)}/diff", null, cancellationToken);

    public Task CancelSessionAsync(string sessionId, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(HttpMethod.Post, $"api/teams/{Uri.EscapeDataString(sessionId)}/cancel", new { }, cancellationToken);

    /// <summary>Lands a session's branch; <see cref="ConflictError"/> names conflicting files.</summary>
    public Task<MergedView> MergeSessionAsync(string sessionId, CancellationToken cancellationToken) =>
        SendAsync<MergedView>(HttpMethod.Post, $"api/teams/{Uri.EscapeDataString(sessionId)}/merge", new { }, cancellationToken);

    /// <summary>Gives a session's work up; it stays under a ref.</summary>
    public Task<DiscardedView> DiscardSessionAsync(string sessionId, CancellationToken cancellationToken) =>
        SendAsync<DiscardedView>(HttpMethod.Post, $"api/teams/{Uri.EscapeDataString(sessionId)}/discard", new { }, cancellationToken);

    /// <summary>The merge plan; <see cref="NotFoundError"/> before there is one.</summary>
    public Task<PlanView> PlanAsync(string projectId, CancellationToken cancellationToken) =>
        SendAsync<PlanView>(HttpMethod.Get, $"api/gm/projects/{Uri.EscapeDataString(projectId)}/plan", null, cancellationToken);

    public Task<CommitsView> CommitsAsync(string projectId, CancellationToken cancellationToken) =>
        SendAsync<CommitsView>(HttpMethod.Get, $"api/gm/projects/{Uri.EscapeDataString(projectId)}/commits", null, cancellationToken);

    public Task<RepositoryView> RepositoryAsync(string path, CancellationToken cancellationToken) =>
        SendAsync<RepositoryView>(HttpMethod.Get, $"api/gm/repository?repo_path={Uri.EscapeDataString(path)}", null, cancellationToken);

    public Task<DryRunView> DryRunAsync(LaunchRequest body, CancellationToken cancellationToken) =>
        SendAsync<DryRunView>(HttpMethod.Post, "api/gm/launch/dry-run", body, cancellationToken);

    /// <summary>A piece of what a session printed; secrets are masked.</summary>
    public async Task<OutputPiece> OutputAsync(string sessionId, long after, int limit, CancellationToken cancellationToken)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"api/teams/{Uri.EscapeDataString(sessionId)}/output?after={after}&limit={limit}");
        using HttpResponseMessage response = await FetchAsync(path, cancellationToken);
        bool ended = response.Headers.TryGetValues("Orchestra-Output-Ended", out IEnumerable<string>? said) && said.Contains("true");
        return new OutputPiece(await response.Content.ReadAsByteArrayAsync(cancellationToken), ended);
    }

    /// <summary>Which bytes of a session's output behind an offset came from standard error.</summary>
    public Task<OutputErrors> OutputErrorsAsync(string sessionId, long after, CancellationToken cancellationToken) => SendAsync<OutputErrors>(
        HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"api/teams/{Uri.EscapeDataString(sessionId)}/output/errors?after={after}&limit=10000"), null, cancellationToken);

    /// <summary>The whole output, to be read as it comes.</summary>
    public Task<HttpResponseMessage> DownloadOutputAsync(string sessionId, CancellationToken cancellationToken) =>
        FetchAsync($"api/teams/{Uri.EscapeDataString(sessionId)}/output?download=true", cancellationToken);

    /// <summary>The output from its beginning, as it is printed, until the agent ends.</summary>
    public Task<HttpResponseMessage> FollowOutputAsync(string sessionId, CancellationToken cancellationToken) =>
        FetchAsync($"api/teams/{Uri.EscapeDataString(sessionId)}/output?follow=true", cancellationToken);

    public Task<RecoveryView> RecoverAsync(string sessionId, CancellationToken cancellationToken) =>
        SendAsync<RecoveryView>(HttpMethod.Get, $"api/teams/{Uri.EscapeDataString(sessionId)}/recover", null, cancellationToken);

    public Task<DoctorView> DoctorAsync(CancellationToken cancellationToken) =>
        SendAsync<DoctorView>(HttpMethod.Get, "api/doctor", null, cancellationToken);

    public Task<DoctorCleanView> DoctorCleanAsync(CancellationToken cancellationToken) =>
        SendAsync<DoctorCleanView>(HttpMethod.Post, "api/doctor/clean", new { }, cancellationToken);

    public Task<PruneView> PruneAsync(CancellationToken cancellationToken) =>
        SendAsync<PruneView>(HttpMethod.Post, "api/doctor/prune", new { }, cancellationToken);

    public Task<ExecutionPage> ExecutionsAsync(int limit, int offset, CancellationToken cancellationToken) =>
        SendAsync<ExecutionPage>(HttpMethod.Get, $"api/executions?limit={limit}&offset={offset}", null, cancellationToken);

    public Task<ExecutionView> ExecutionAsync(string id, CancellationToken cancellationToken) =>
        SendAsync<ExecutionView>(HttpMethod.Get, $"api/executions/{Uri.EscapeDataString(id)}", null, cancellationToken);

    public Task<StatsView> StatsAsync(CancellationToken cancellationToken) => SendAsync<StatsView>(HttpMethod.Get, "api/stats", null, cancellationToken);

    public Task<CostsView> CostsAsync(CancellationToken cancellationToken) => SendAsync<CostsView>(HttpMethod.Get, "api/costs", null, cancellationToken);

    public Task<IReadOnlyList<AgentView>> AgentsAsync(CancellationToken cancellationToken) =>
        SendAsync<IReadOnlyList<AgentView>>(HttpMethod.Get, "api/agents", null, cancellationToken);

    public Task<StatusView> StatusAsync(CancellationToken cancellationToken) => SendAsync<StatusView>(HttpMethod.Get, "api/status", null, cancellationToken);

    /// <param name="mode">Null, as the other two: what the host's settings say.</param>
    /// <param name="repoPath">Null: the repository that the host was started in.</param>
    public Task<OrchestratorView> StartOrchestratorAsync(string? mode, string? clientMode, string? repoPath, CancellationToken cancellationToken) =>
        SendAsync<OrchestratorView>(
            HttpMethod.Post, $"api/orchestrator/start?mode={Escaped(mode)}&client_mode={Escaped(clientMode)}&repo_path={Escaped(repoPath)}", new { }, cancellationToken);

    public Task<OrchestratorView> StopOrchestratorAsync(CancellationToken cancellationToken) =>
        SendAsync<OrchestratorView>(HttpMethod.Post, "api/orchestrator/stop", new { }, cancellationToken);

    /// <summary>Lines of the host's log, newest first.</summary>
    public Task<LogsPage> LogsAsync(LogsQuery query, CancellationToken cancellationToken) => ExchangeAsync(
        new HttpRequestMessage(HttpMethod.Get, $"api/logs?limit={query.Limit}{Part("level", query.Level)}{Part("min_level", query.MinLevel)}{Part("text", query.Text)}{Part("after", query.After)}"),
        async (response, limit) => new LogsPage(
            await ReadAsync<IReadOnlyList<LogView>>(response, limit),
            response.Headers.TryGetValues("Orchestra-Logs-Next", out IEnumerable<string>? next) ? next.FirstOrDefault() : null),
        cancellationToken);

    public Task<ConfigView> ConfigAsync(CancellationToken cancellationToken) => SendAsync<ConfigView>(HttpMethod.Get, "api/config", null, cancellationToken);

    public Task<IReadOnlyList<TeamTemplateView>> TeamTemplatesAsync(CancellationToken cancellationToken) =>
        SendAsync<IReadOnlyList<TeamTemplateView>>(HttpMethod.Get, "api/teams/templates", null, cancellationToken);

    /// <param name="team">Null, as <paramref name="status"/>: all.</param>
    public Task<TeamSessionPage> TeamSessionsAsync(string? team, string? status, int limit, int offset, CancellationToken cancellationToken) =>
        SendAsync<TeamSessionPage>(
            HttpMethod.Get, $"api/teams?limit={limit}&offset={offset}&team={Escaped(team)}&status={Escaped(status)}", null, cancellationToken);

    /// <param name="repoPath">Null: the folder that the host was started in.</param>
    public Task<TeamLaunched> LaunchTeamAsync(string team, string task, string? repoPath, string? clientMode, CancellationToken cancellationToken) =>
        SendAsync<TeamLaunched>(
            HttpMethod.Post, "api/teams/launch",
            new { TeamName = team, TaskDescription = task, RepoPath = repoPath, ClientMode = clientMode }, cancellationToken);

    public async Task<bool> IsHealthyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await _http.GetAsync("healthz", cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    private static string Escaped(string? text) => Uri.EscapeDataString(text ?? "");

    private static string Part(string key, string? value) => value is null ? "" : $"&{key}={Uri.EscapeDataString(value)}";

    private static HttpClient Create(Uri address, string? key)
    {
        var http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        if ((key ?? Environment.GetEnvironmentVariable(KeyVariable)) is { Length: > 0 } shown)
            http.DefaultRequestHeaders.Add("x-functions-key", shown);
        return http;
    }

    private Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken, TimeSpan? patience = null) =>
        ExchangeAsync(Request(method, path, body), ReadAsync<T>, cancellationToken, patience);

    private static HttpRequestMessage Request(HttpMethod method, string path, object? body)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            // With its length and not in chunks: plain for whatever proxy lies between.
            request.Content = new StringContent(Json.Write(body), new MediaTypeHeaderValue("application/json"));
        }

        return request;
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
            throw await ErrorAsync(response, cancellationToken);
        return await response.Content.ReadFromJsonAsync<T>(Json.Options, cancellationToken)
            ?? throw new ApiError($"{address} answered {response.RequestMessage?.RequestUri?.PathAndQuery} with nothing; is it an Orchestra host?");
    }

    /// <summary>One request and its answer, with every failure to get there told as an <see cref="ApiError"/>.</summary>
    internal async Task<T> ExchangeAsync<T>(
        HttpRequestMessage request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        using HttpRequestMessage sent = request;
        string path = request.RequestUri!.OriginalString;
        if (user is not null && await user() is { Length: > 0 } name)
            sent.Headers.TryAddWithoutValidation("x-orchestra-user", name);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience ?? Patience);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(sent, limit.Token);
            return await read(response, limit.Token);
        }
        catch (HttpRequestException e)
        {
            throw new ApiError($"No host answers at {address} ({e.Message}). Start one with `orchestra up`, or name another with --url.");
        }
        catch (JsonException)
        {
            throw new ApiError($"{address} answered {path} with something else than the expected JSON; is it an Orchestra host of this version?");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiError($"{address} did not answer {path} within {(patience ?? Patience).TotalSeconds:0} seconds; try again, or restart the host.");
        }
    }

    private async Task<HttpResponseMessage> FetchAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            HttpResponseMessage response = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
                throw await ErrorAsync(response, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new ApiError($"No host answers at {address} ({e.Message}).");
        }
    }

    private async Task<Exception> ErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        IReadOnlyList<FieldError> errors = Describe(response, text);
        string message = string.Join('\n', errors);
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => new NotFoundError(message, errors),
            HttpStatusCode.Conflict => new ConflictError(message, errors),
            HttpStatusCode.Unauthorized => KeyRefused(message, errors),
            _ => new ApiError(message, errors),
        };
    }

    internal KeyError KeyRefused(string? said, IReadOnlyList<FieldError>? errors = null) => new($"{said} {KeyAdvice}".TrimStart(), errors);

    private static IReadOnlyList<FieldError> Describe(HttpResponseMessage response, string text)
    {
        string fallback = $"The host answered {(int)response.StatusCode} {response.ReasonPhrase}.";
        if (response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.OrdinalIgnoreCase) != true)
            return [new FieldError("", fallback)];
        try
        {
            return Json.Read<Problem>(text).Lines() is { Count: > 0 } lines ? lines : [new FieldError("", fallback)];
        }
        catch (JsonException)
        {
            return [new FieldError("", $"{fallback} {text}")];
        }
    }
}
