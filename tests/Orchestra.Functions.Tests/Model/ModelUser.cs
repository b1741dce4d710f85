using Orchestra.Testing;

namespace Orchestra.Functions.Tests.Model;

/// <summary>A person who works in the same repository meanwhile: unsaved work lies in the checkout, and commits come at any moment.</summary>
internal sealed class ModelUser(TestRepository repository, Random random)
{
    private readonly List<string> commits = [];

    /// <summary>What git says of the checkout before anything runs.</summary>
    public string Unsaved { get; private set; } = "";

    public IReadOnlyList<string> Commits => commits;

    public void Begin(int agents)
    {
        repository.Write("shared.txt", string.Concat(Enumerable.Range(1, ModelAgent.Lines).Select(i => $"line {i}\n")));
        repository.Write("person.txt", "saved\n");
        for (int i = 0; i < agents; i++)
            repository.Write($"docs/d{i}.txt", string.Concat(Enumerable.Range(0, 20).Select(line => $"document {i} line {line}\n")));
        commits.Add(repository.Commit("base"));
        repository.Write("person.txt", "unsaved\n");
        repository.Write("untracked.txt", "mine\n");
        Unsaved = Status();
    }

    public string Status() => repository.Git("--no-optional-locks", "status", "--porcelain");

    /// <summary>Commits a new file or a line that agents change, too.</summary>
    public async Task CommitAsync()
    {
        string file = random.Next(3) == 0 ? "shared.txt" : $"mine{commits.Count}.txt";
        string path = Path.Combine(repository.Folder, file);
        string[] lines = File.Exists(path) ? File.ReadAllLines(path) : [""];
        lines[random.Next(lines.Length)] = $"person {commits.Count}";
        commits.Add(await repository.CommitBesideLandingsAsync(file, string.Concat(lines.Select(line => line + "\n"))));
    }
}
