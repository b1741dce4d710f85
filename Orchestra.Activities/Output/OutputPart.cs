namespace Orchestra.Activities.Output;

/// <summary>A part of an output that came from one stream.</summary>
/// <param name="IsError">From standard error.</param>
/// <param name="End">The offset behind it.</param>
/// <param name="IsClosed">Nothing will be added to it.</param>
internal readonly record struct OutputPart(bool IsError, long End, bool IsClosed);

/// <summary>Bytes of an output.</summary>
public readonly record struct OutputSpan(long Offset, long Length);
