using Orchestra.Client;
using Orchestra.Cli.Output;

namespace Orchestra.Cli.Demo;

/// <summary>Without a terminal: one line per change, and nobody to ask.</summary>
internal sealed class PlainView(TextWriter output) : IDemoView
{
    private readonly ProgressLines _lines = new(output, sayHowToAnswer: false);

    public async Task<ProjectView> FollowAsync(IAsyncEnumerable<ProjectView> states, Func<ProjectView, bool> until)
    {
        ProjectView last = new();
        await foreach (ProjectView project in states)
        {
            _lines.Show(last = project);
            if (until(project))
                break;
        }

        return last;
    }

    public string? Ask(DecisionView decision) => null;
}
