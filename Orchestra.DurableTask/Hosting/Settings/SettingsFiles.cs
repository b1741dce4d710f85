namespace Orchestra.DurableTask.Hosting;

/// <summary>Where the settings files of a function app are: beside the program, else in the current directory.</summary>
internal static class SettingsFiles
{
    public static string? Find(string fileName) =>
        new[] { AppContext.BaseDirectory, Directory.GetCurrentDirectory() }
            .Select(folder => Path.Combine(folder, fileName))
            .FirstOrDefault(File.Exists);
}
