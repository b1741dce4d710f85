namespace Orchestra.Bench;

/// <summary>A git repository with as many small files as asked for, in folders of a hundred.</summary>
internal static class GeneratedRepository
{
    private const int FilesPerFolder = 100;

    public static async Task<string> CreateAsync(string path, int files)
    {
        Directory.CreateDirectory(path);
        for (int i = 0; i < files; i++)
        {
            string folder = Path.Combine(path, $"folder-{i / FilesPerFolder:00}");
            Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync(Path.Combine(folder, $"file-{i:0000}.txt"), $"line one of file {i}\nline two\n");
        }

        await Processes.RunAsync("git", "-C", path, "init", "--quiet", "--initial-branch=main");
        await Processes.RunAsync("git", "-C", path, "add", "--all");
        await Processes.RunAsync(
            "git", "-C", path, "-c", "user.name=bench", "-c", "user.email=bench@orchestra.invalid", "commit", "--quiet", "--message", "Generated");
        return path;
    }
}
