using System.Text.Json;

namespace Orchestra.DurableTask.Hosting;

/// <summary>When a timer last ran and is due next.</summary>
internal sealed record TimerStatus(string Schedule, DateTimeOffset? Last, DateTimeOffset Next, DateTimeOffset LastUpdated);

/// <summary>Keeps each timer's status in a small file, replaced whole, so that a run missed while the host was down is noticed.</summary>
internal sealed class TimerStatusStore(DataFolder data)
{
    public TimerStatus? Read(string function)
    {
        try
        {
            return JsonSerializer.Deserialize<TimerStatus>(File.ReadAllBytes(PathOf(function)), JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    public void Write(string function, TimerStatus status)
    {
        Directory.CreateDirectory(data.Timers);
        string path = PathOf(function);
        string draft = $"{path}.{Environment.ProcessId}.tmp";
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(status, JsonSerializerOptions.Web));
        File.Move(draft, path, overwrite: true);
    }

    private string PathOf(string function) => Path.Combine(data.Timers, Uri.EscapeDataString(function.ToLowerInvariant()) + ".json");
}
