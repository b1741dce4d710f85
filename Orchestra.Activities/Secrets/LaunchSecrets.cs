using System.Collections.Concurrent;
using Orchestra.Core;
using Orchestra.Core.Output;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Secrets;

/// <summary>Secrets in the arguments and the environment of a launch's commands: encrypted in the plan, opened for the one program that gets them, masked in all that it prints.</summary>
public sealed class LaunchSecrets(SecretSeal seal, Redactor redactor, DataFolder data)
{
    private readonly ConcurrentDictionary<string, bool> recalled = new(StringComparer.Ordinal);

    /// <summary>The command as it may be stored.</summary>
    public AgentCommand Hide(AgentCommand command) => command with
    {
        Argv = SecretArguments.Close(command.Argv, seal.Close),
        Environment = command.Environment?.ToDictionary(v => v.Key, v => Redactor.IsSecret(v.Key, v.Value) || SecretSeal.IsClosed(v.Value) ? seal.Close(v.Value) : v.Value, StringComparer.Ordinal),
        Fallback = command.Fallback is { } fallback ? Hide(fallback) : null,
    };

    /// <summary>The command as it is run; from now on its secrets are masked, also by later processes.</summary>
    /// <exception cref="InvalidOperationException">The key is another one.</exception>
    public AgentRun Open(AgentRun run)
    {
        List<string> closed = [.. run.Command.Argv.Concat(run.Command.Environment?.Values ?? []).Where(SecretSeal.IsClosed)];
        if (closed.Count == 0) return run;
        Directory.CreateDirectory(data.Run(run.RunId));
        File.WriteAllLines(data.RunSecrets(run.RunId), closed);
        Learn(closed);
        return run with
        {
            Command = run.Command with
            {
                Argv = [.. run.Command.Argv.Select(OpenOne)],
                Environment = run.Command.Environment?.ToDictionary(v => v.Key, v => OpenOne(v.Value), StringComparer.Ordinal),
            },
        };
    }

    /// <summary>Before anybody reads what a run printed, perhaps for an earlier process.</summary>
    public void Recall(string runId)
    {
        if (recalled.ContainsKey(runId) || !File.Exists(data.RunSecrets(runId))) return;
        Learn(File.ReadLines(data.RunSecrets(runId)).Where(SecretSeal.IsClosed));
        recalled[runId] = true;
    }

    private void Learn(IEnumerable<string> closed) => redactor.Learn(closed.Select(seal.Open).Select(SecretArguments.Secret));

    private string OpenOne(string value) => SecretSeal.IsClosed(value) ? seal.Open(value) : value;
}
