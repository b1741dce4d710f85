using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Orchestra.Activities.Git;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Http;

/// <summary><c>POST /api/gm/projects/{id}/push</c>: what a project landed goes to a configured remote.</summary>
public sealed class PushFunctions(ProjectStore store, OrchestraConfig config, Pusher pusher, PullRequester requester, TimeProvider time)
{
    [Function("PushProject")]
    [Api("Pushes what has landed.", Body = typeof(PushBody), BodyOptional = true)]
    public Task<IActionResult> Push(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/gm/projects/{id}/push")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        JsonBody body = await JsonBody.ReadOptionalAsync(request, cancellationToken);
        body.AllowOnly("remote", "branch", "pull_request");
        bool wantsRequest = body.OptionalFlag("pull_request") ?? false;
        if (wantsRequest && string.IsNullOrWhiteSpace(config.Pipeline.PullRequestCommand))
            throw new InputProblem("pull_request", "There is no command for pull requests; set pipeline.pull_request_command in config/orchestra.yml.");
        string remote = body.OptionalText("remote", 200) ?? config.Pipeline.PushRemote;
        string? wanted = body.OptionalText("branch", 200) ?? config.Pipeline.PushBranch;
        ProjectRecord project = (Ids.IsValid(id) ? await store.FindProjectAsync(id, cancellationToken) : null)
            ?? throw new InputProblem("id", $"There is no project '{id}'.", StatusCodes.Status404NotFound);
        string commit = (project.Phase == Phases.Completed ? project.UnlandedCommit ?? project.LandedCommit : null)
            ?? throw NewInstance.Refusal($"Project {id} is {project.Phase} and has landed nothing that could be pushed.");
        if (!Directory.Exists(project.RepoPath))
            throw NewInstance.Refusal($"The repository {project.RepoPath} is not there; bring it back and try again.");
        string branch = wanted ?? GitNames.ShortBranch(project.TargetBranch!);
        string output = await pusher.PushAsync(project.RepoPath, remote, branch, commit, cancellationToken);
        string? asked = wantsRequest ? await RequestAsync(project, remote, branch, commit, cancellationToken) : null;
        return Answers.Ok(new { Ok = true, ProjectId = id, Output = output, Remote = remote, Branch = branch, Commit = commit, PullRequest = asked });
    });

    private async Task<string> RequestAsync(ProjectRecord project, string remote, string branch, string commit, CancellationToken cancellationToken)
    {
        RunResult result = await requester.RunAsync(
            new PullRequest(
                $"{Ids.New(time.GetUtcNow())}-pull-request", project.ProjectId, project.RepoPath, config.Pipeline.PullRequestCommand!, project.ProjectName,
                remote, branch, GitNames.ShortBranch(project.TargetBranch!), commit),
            cancellationToken);
        return result.Status == RunStatus.Completed
            ? result.OutputTail
            : throw new InputProblem(
                "pull_request", $"{commit} is pushed to {remote}/{branch}, but the pull request command failed: {result.Error} {result.OutputTail.Trim()}", StatusCodes.Status409Conflict);
    }
}
