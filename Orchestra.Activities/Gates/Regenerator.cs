using Orchestra.Activities.Git;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Gates;

/// <summary>Has generated files written anew on merged sources. Only those files are taken out of the worktree, whatever else the command did.</summary>
public sealed class Regenerator
{
    private readonly GateRunner gates;
    private readonly GateWorktree worktree;
    private readonly GitPlumbing plumbing;
    private readonly TreeEditor trees;

    internal Regenerator(GateRunner gates, GateWorktree worktree, GitPlumbing plumbing, TreeEditor trees)
    {
        this.gates = gates;
        this.worktree = worktree;
        this.plumbing = plumbing;
        this.trees = trees;
    }

    public async Task<RegeneratedMerge> RegenerateAsync(RegenerateInput input, CancellationToken cancellationToken)
    {
        string? commit = null;
        RunResult run = await gates.RunAsync(input.Gate, TakeAsync, cancellationToken);
        return new RegeneratedMerge(commit, run);

        // While the project's gate lock is held: the next gate brings the worktree back to its own commit.
        async Task TakeAsync()
        {
            IReadOnlyList<TreeEntry> entries = await worktree.ReadFilesAsync(input.Gate, input.Paths, cancellationToken);
            string tree = await trees.ReplaceAsync(input.Gate.RepoPath, input.Gate.Commit, entries, cancellationToken);
            commit = await plumbing.CommitTreeAsync(
                input.Gate.RepoPath, tree, [GitNames.CommitId(input.Ours), GitNames.CommitId(input.Theirs)], input.Message, input.Date, cancellationToken);
        }
    }
}
