namespace Orchestra.Functions.Orchestrators;

/// <summary>What one teammate tells the next ones: its account and the files that it changed.</summary>
internal sealed record Handover(string Teammate, string Account, IReadOnlyList<string> FilesChanged)
{
    private const int MaxFiles = 50;

    public string Text
    {
        get
        {
            string files = FilesChanged.Count == 0 ? "none" : string.Join(", ", FilesChanged.Take(MaxFiles));
            string more = FilesChanged.Count > MaxFiles ? $" and {FilesChanged.Count - MaxFiles} more" : "";
            return $"""

                The {Teammate} before you wrote:
                {Account.Trim()}
                Files changed on this branch by then: {files}{more}
                """;
        }
    }
}
