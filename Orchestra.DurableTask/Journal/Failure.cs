using System.Text.Json;
using Microsoft.DurableTask;

namespace Orchestra.DurableTask.Journal;

/// <summary>A failure with the mark that stops retries, which the public type lacks.</summary>
internal sealed record Failure(string Type, string Message, string? Stack = null, Failure? Inner = null, bool NonRetriable = false)
{
    /// <summary>A longer chain of causes loses its middle: both ends say most, and what is stored must be readable again.</summary>
    private const int MaxChain = 100;

    public Dictionary<string, JsonElement>? Properties { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, JournalJson.Compact.Failure);

    public static Failure? Parse(string? json) => json is null ? null : JsonSerializer.Deserialize(json, JournalJson.Compact.Failure);

    public TaskFailureDetails ToDetails() => new(Type, Message, Stack, Inner?.ToDetails(), Properties?.ToDictionary(pair => pair.Key, pair => (object?)pair.Value));

    public static Failure From(TaskFailureDetails details) => Chain([.. Links(details)]);

    /// <summary>A failed task inside an orchestrator shows the task's own failure as the inner one. Never throws, whatever the exception does.</summary>
    public static Failure From(Exception exception, Func<Exception, IDictionary<string, object?>?>? properties = null)
    {
        var links = new List<Failure>();
        for (Exception? link = exception; link is not null; link = link.InnerException)
        {
            links.Add(new Failure(link.GetType().FullName ?? link.GetType().Name, MessageOf(link), link.StackTrace) { Properties = PropertiesOf(link, properties) });
            if (link is not TaskFailedException failed)
                continue;
            links.AddRange(Links(failed.FailureDetails));
            break;
        }

        return Chain(links);
    }

    private static IEnumerable<Failure> Links(TaskFailureDetails details)
    {
        for (TaskFailureDetails? link = details; link is not null; link = link.InnerFailure)
            yield return new Failure(link.ErrorType, link.ErrorMessage, link.StackTrace) { Properties = ToElements(link.Properties) };
    }

    private static Failure Chain(List<Failure> links)
    {
        if (links.Count > MaxChain)
            links.RemoveRange(MaxChain - 1, links.Count - MaxChain);
        Failure chain = links[^1];
        for (int i = links.Count - 2; i >= 0; i--)
            chain = links[i] with { Inner = chain };
        return chain;
    }

    private static string MessageOf(Exception exception)
    {
        try
        {
            return exception.Message ?? "";
        }
        catch (Exception error)
        {
            return $"(The message could not be read: {error.GetType().FullName})";
        }
    }

    private static Dictionary<string, JsonElement>? PropertiesOf(Exception exception, Func<Exception, IDictionary<string, object?>?>? properties)
    {
        try
        {
            return ToElements(properties?.Invoke(exception));
        }
        catch (Exception error)
        {
            return ToElements(new Dictionary<string, object?> { ["PropertiesError"] = MessageOf(error) });
        }
    }

    private static Dictionary<string, JsonElement>? ToElements(IDictionary<string, object?>? values)
        => values?.ToDictionary(pair => pair.Key, pair => pair.Value is JsonElement element ? element : JsonSerializer.SerializeToElement(pair.Value));
}
