using Orchestra.Activities.Configuration;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git.Mechanical;

/// <summary>Which conflicts need nobody's decision, by the configuration and by the repository's own file.</summary>
public sealed class MergePolicies(GitCli git, GitPlumbing plumbing)
{
    public const string FileName = ".orchestra.yml";

    public static MergePolicy Of(PipelineConfig config) => new(config.Mechanical, config.UnionFiles, Generated(config.GeneratedFiles));

    /// <summary>The policy of a base commit. What cannot be read settles nothing, and says so with the conflict.</summary>
    public async Task<MergePolicy> ReadAsync(ReadMergePolicyInput input, CancellationToken cancellationToken)
    {
        string revision = $"{GitNames.CommitId(input.BaseCommit)}:{FileName}";
        if (await plumbing.ResolveAsync(input.RepoPath, revision, cancellationToken) is not { } blob)
            return input.Fallback;
        try
        {
            GitResult file = await git.RunAsync(new GitCommand(input.RepoPath, "cat-file", "blob", blob), cancellationToken);
            RepositoryPipelineConfig config = ConfigLoader.Parse<RepositoryConfig>(FileName, file.Text, (read, lineOf) =>
                new MergeRules(lineOf).Check(read.Pipeline.Mechanical, read.Pipeline.UnionFiles, read.Pipeline.GeneratedFiles)).Pipeline;
            return new MergePolicy(
                config.Mechanical ?? input.Fallback.Mechanical,
                config.UnionFiles ?? input.Fallback.UnionFiles,
                config.GeneratedFiles is { } generated ? Generated(generated) : input.Fallback.GeneratedFiles);
        }
        catch (Exception e) when (e is ConfigException or GitException)
        {
            return MergePolicy.None with { Problem = e.Message };
        }
    }

    private static List<GeneratedFiles> Generated(List<GeneratedFilesConfig> config) => [.. config.Select(c => new GeneratedFiles(c.Files, c.Regenerate))];
}
