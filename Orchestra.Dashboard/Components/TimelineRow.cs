namespace Orchestra.Dashboard.Components;

/// <summary>One bar of a timeline, or, without an extent, a mark.</summary>
/// <param name="Kind">What it is: activity, timer, event...</param>
/// <param name="End">null while it goes on.</param>
/// <param name="State">completed, failed, running, cancelled or mark; gives the colour, and is said in words.</param>
public sealed record TimelineRow(string Label, string Kind, DateTime Start, DateTime? End, string State);
