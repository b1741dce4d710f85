using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Configuration;

/// <summary>What must hold for the keys that settle conflicts; the same in our configuration and in a repository's.</summary>
internal sealed class MergeRules(Func<string, int> lineOf)
{
    private readonly List<ConfigProblem> problems = [];

    public List<ConfigProblem> Check(string? mechanical, List<string>? unionFiles, List<GeneratedFilesConfig>? generatedFiles)
    {
        Require(mechanical is null || MechanicalPolicies.All.Contains(mechanical), "pipeline.mechanical",
            $"must be one of {string.Join(", ", MechanicalPolicies.All)}, not '{mechanical}'");
        RequirePatterns("pipeline.union_files", unionFiles ?? []);
        for (int i = 0; i < generatedFiles?.Count; i++)
        {
            string key = $"pipeline.generated_files[{i}].files";
            Require(generatedFiles[i].Files.Count > 0, key, "must list at least one pattern, for example package-lock.json");
            RequirePatterns(key, generatedFiles[i].Files);
        }

        return problems;
    }

    private void RequirePatterns(string key, List<string> patterns) =>
        Require(patterns.All(pattern => pattern.Trim().Length > 0), key, "has an empty pattern");

    private void Require(bool holds, string key, string message)
    {
        if (!holds)
            problems.Add(new ConfigProblem(lineOf(key), key, message + "."));
    }
}
