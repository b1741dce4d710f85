using System.Collections.Concurrent;
using Orchestra.Core;
using Orchestra.Core.Output;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Secrets;

/// <summary>Secrets in the environment of a launch's commands: encrypted in the plan, opened for the one program that gets them, masked in all that it prints.</summary>
public sealed class LaunchSecrets(SecretSeal seal, Redactor redactor, DataFolder data)
{
    private readonly ConcurrentDictionary<string, bool> recalled = new(StringComparer.Ordinal);

    /// <summary>The command as it may be stored.</summary>
    public AgentCommand Hide(AgentCommand command) => command with
    {
        Environment = command.Environment?.ToDictionary(v => v.Key, v => Redactor.IsSecret(v.Key, v.Value) || SecretSeal.IsClosed(v.Value) ? seal.Close(v.Value) : v.Value, StringComparer.Ordinal),
        Fallback = command.Fallback is { } fallback ? Hide(fallback) : null,
    };

    /// <summary>The command as it is run; from now on its secrets are masked, also by later processes.</summary>
    /// <exception cref="InvalidOperationException">The key is another one.</exception>
    public AgentRun Open(AgentRun run)
    {
        if (run.Command.Environment?.Values.Any(SecretSeal.IsClosed) != true) return run;
        List<string> closed = [.. run.Command.Environment.Values.Where(SecretSeal.IsClosed)];
        Directory.CreateDirectory(data.Run(run.RunId));
        File.WriteAllLines(data.RunSecrets(run.RunId), closed);
        redactor.Learn(closed.Select(seal.Open));
        Dictionary<string, string> environment = run.Command.Environment
            .ToDictionary(v => v.Key, v => SecretSeal.IsClosed(v.Value) ? seal.Open(v.Value) : v.Value, StringComparer.Ordinal);
        return run with { Command = run.Command with { Environment = environment } };
    }

    /// <summary>Before anybody reads what a run printed, perhaps for an earlier process.</summary>
    public void Recall(string runId)
    {
        if (recalled.ContainsKey(runId) || !File.Exists(data.RunSecrets(runId))) return;
        redactor.Learn(File.ReadLines(data.RunSecrets(runId)).Where(SecretSeal.IsClosed).Select(seal.Open));
        recalled[runId] = true;
    }
}
