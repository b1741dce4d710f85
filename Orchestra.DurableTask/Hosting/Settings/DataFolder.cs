using Microsoft.Extensions.Configuration;

namespace Orchestra.DurableTask.Hosting;

/// <summary>The folder that holds the task hub and the timers' state. Creating it here gives one clear error for all of them.</summary>
internal sealed class DataFolder
{
    public const string Setting = "ORCHESTRA_DATA";

    public DataFolder(IConfiguration configuration)
    {
        string? given = configuration[Setting];
        Root = Path.GetFullPath(string.IsNullOrWhiteSpace(given) ? ".orchestra" : given);
        try
        {
            Directory.CreateDirectory(Root);
            string probe = Path.Combine(Root, $".write-{Guid.NewGuid():N}");
            using (File.Create(probe, 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InvalidOperationException($"The data folder '{Root}' cannot be written: {e.Message} Set {Setting} to a folder that can.", e);
        }
    }

    public string Root { get; }

    public string TaskHub => Path.Combine(Root, "taskhub.db");

    public string Timers => Path.Combine(Root, "timers");
}
