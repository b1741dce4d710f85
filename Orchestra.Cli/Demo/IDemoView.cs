using Orchestra.Client;

namespace Orchestra.Cli.Demo;

/// <summary>How the demo speaks with the person in front of it.</summary>
internal interface IDemoView
{
    /// <summary>Shows the project until it is final or asks something new; returns that last state.</summary>
    Task<ProjectView> FollowAsync(IAsyncEnumerable<ProjectView> states, Func<ProjectView, bool> until);

    /// <returns><c>approve</c> or <c>reject</c>; null when nobody can be asked.</returns>
    string? Ask(DecisionView decision);
}
