namespace Orchestra.DurableTask.Functions;

/// <summary>Holds what the function returned; the host sets one per invocation.</summary>
internal interface IInvocationResultFeature
{
    object? Result { get; set; }
}
