namespace Orchestra.Cli.Output;

/// <summary>Where commands print. What agents, branches and names contain is shown and never obeyed: a control sequence in it could repaint the screen.</summary>
internal static class Terminal
{
    public static TextWriter Out { get; } = new PlainWriter(Console.Out);

    public static TextWriter Error { get; } = new PlainWriter(Console.Error);
}
