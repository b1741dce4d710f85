namespace Orchestra.Activities.Git;

/// <summary>Which new files an agent's work must not bring into a commit.</summary>
public static class StagingRules
{
    public const string Nested = "nested repository";
    public const string Unreadable = "cannot be read";
    public const string Secret = "looks like a secret";
    private const long Megabyte = 1024 * 1024;

    private static readonly string[] SecretNames =
    [
        ".env", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "credentials.json", "client_secret.json", ".netrc", ".pypirc", ".git-credentials",
    ];

    private static readonly string[] SecretEndings = [".pem", ".key", ".pfx", ".p12", ".jks", ".keystore"];

    private static readonly string[] HarmlessEnvironmentFiles = [".env.example", ".env.sample", ".env.template", ".env.dist"];

    /// <summary>Why the new path stays out, or null when it may come in.</summary>
    /// <param name="maxFileMb">Larger new files stay out.</param>
    public static string? Objection(string worktree, string path, int maxFileMb)
    {
        string full = Path.Combine(worktree, path);
        if (path.EndsWith('/') || Path.Exists(Path.Combine(full, ".git")))
            return Nested;
        if (LooksSecret(Path.GetFileName(path)))
            return Secret;
        var file = new FileInfo(full);
        if (!file.Exists || file.LinkTarget is not null)
            return null;
        if (file.Length > maxFileMb * Megabyte)
            return $"larger than {maxFileMb} MB";
        return IsReadable(full) ? null : Unreadable;
    }

    public static bool LooksSecret(string name)
    {
        string lower = name.ToLowerInvariant();
        return SecretNames.Contains(lower)
            || SecretEndings.Any(ending => lower.EndsWith(ending, StringComparison.Ordinal))
            || (lower.StartsWith(".env.", StringComparison.Ordinal) && !HarmlessEnvironmentFiles.Contains(lower));
    }

    private static bool IsReadable(string path)
    {
        try
        {
            using FileStream _ = File.OpenRead(path);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
