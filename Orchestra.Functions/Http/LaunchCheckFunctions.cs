using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Http;

/// <summary>What a person wants to know before a launch. Nothing is changed by asking.</summary>
public sealed class LaunchCheckFunctions(OrchestraConfig config, Clients clients, RepositoryInspector inspector, GitCli git, TimeProvider time)
{
    /// <summary><c>GET /api/gm/repository?repo_path=</c>: branch, head, how many commits and uncommitted files.</summary>
    [Function("CheckRepository")]
    [Api("Whether agents can work on a repository: its branch, head, commits and uncommitted files.", Query = ["repo_path"])]
    public Task<IActionResult> Check(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/gm/repository")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        Repository repository = await inspector.InspectAsync(request.Query["repo_path"].ToString(), cancellationToken);
        GitResult commits = await git.RunAsync(new GitCommand(repository.TopFolder, "rev-list", "--count", "HEAD"), cancellationToken);
        GitResult subject = await git.RunAsync(new GitCommand(repository.TopFolder, "log", "-1", "--format=%s"), cancellationToken);
        bool bare = repository.TopFolder == repository.GitFolder;
        GitResult? status = bare ? null : await git.RunAsync(new GitCommand(repository.TopFolder, "status", "--porcelain", "-z"), cancellationToken);
        return Answers.Ok(new
        {
            RepoPath = repository.TopFolder,
            Branch = repository.TargetBranch,
            repository.HeadCommit,
            HeadSubject = subject.Line,
            Commits = int.Parse(commits.Line, System.Globalization.CultureInfo.InvariantCulture),
            Dirty = status?.Text.Split('\0', StringSplitOptions.RemoveEmptyEntries).Length ?? 0,
        });
    });

    /// <summary><c>POST /api/gm/launch/dry-run</c>: the plan that a launch with this body would carry out, after the same checks.</summary>
    [Function("DryRunProject")]
    [Api("What a launch would do, without doing it.", Body = typeof(LaunchBody))]
    public Task<IActionResult> DryRun(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/gm/launch/dry-run")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        LaunchRequest launch = LaunchRequest.Read(await JsonBody.ReadAsync(request, cancellationToken), config);
        Repository repository = await inspector.InspectAsync(launch.RepoPath, cancellationToken);
        ProjectPlan plan = new ProjectPlanner(config, clients, time).Plan(launch, repository.TopFolder);
        return Answers.Ok(new
        {
            plan.ProjectName,
            plan.RepoPath,
            repository.TargetBranch,
            BaseCommit = repository.HeadCommit,
            plan.BuildCommand,
            plan.TestCommand,
            plan.Options.Gates,
            plan.Options.Mechanical,
            plan.Options.MaxFixAttempts,
            plan.Options.MaxResolveAttempts,
            plan.Options.GateTimeoutSeconds,
            Agents = plan.Agents.Select(a => new
            {
                a.Team,
                a.Task,
                ClientMode = a.Command.Client ?? ClientModes.Command,
                a.TimeoutSeconds,
                Teammates = (a.Teammates ?? []).Select(t => new { t.Name, ClientMode = t.Command.Client ?? ClientModes.Command, t.TimeoutSeconds }),
            }),
        });
    });
}
