using System.Text.Json.Serialization;

namespace Orchestra.DurableTask.Tests.Model;

/// <summary>
/// A small language of orchestrators. A program is the input of the one orchestrator that runs it, so that random programs need no
/// code. What a step calls, waits for or starts is named after its place in the program.
/// </summary>
public sealed record Program(Step[] Steps, Ending Ending, Program? Next = null)
{
    /// <summary>What earlier executions gave.</summary>
    public string[] Carry { get; init; } = [];

    public int Round { get; init; }
}

public enum Ending
{
    Return,
    Throw,

    /// <summary>Continues as new, with the next program.</summary>
    Continue,
}

[JsonDerivedType(typeof(Call), "call")]
[JsonDerivedType(typeof(Fail), "fail")]
[JsonDerivedType(typeof(Sleep), "sleep")]
[JsonDerivedType(typeof(Wait), "wait")]
[JsonDerivedType(typeof(Echo), "echo")]
[JsonDerivedType(typeof(Timeout), "timeout")]
[JsonDerivedType(typeof(Status), "status")]
[JsonDerivedType(typeof(Fan), "fan")]
[JsonDerivedType(typeof(Child), "child")]
public abstract record Step;

/// <summary>An activity that succeeds after so many failures, which are retried.</summary>
public sealed record Call(int Failures) : Step;

/// <summary>An activity that fails as often as it is tried.</summary>
public sealed record Fail(int Attempts) : Step;

public sealed record Sleep(int Milliseconds) : Step;

/// <summary>An event that the client raises at any time.</summary>
public sealed record Wait : Step;

/// <summary>An event that the instance sends to itself.</summary>
public sealed record Echo : Step;

/// <summary>Waits for an event that does not come.</summary>
public sealed record Timeout(int Milliseconds) : Step;

public sealed record Status(int Value) : Step;

/// <summary>Branches at the same time.</summary>
public sealed record Fan(Step[][] Branches) : Step;

public sealed record Child(Program Program) : Step;
