namespace Orchestra.Core.Configuration;

/// <summary>Whether agents run in a sandbox of bubblewrap (<c>bwrap</c>): the worktree is writable, the rest of the disk read-only.</summary>
public sealed class SandboxConfig
{
    /// <summary>Nobody; agents of the modes api and hybrid run any command as the host's user. Wherever else these find no sandbox, they get no shell.</summary>
    public const string Off = "off";

    /// <summary>As <see cref="Auto"/>, but only agents of the modes api and hybrid: the shell that their model uses is ours.</summary>
    public const string Api = "api";

    /// <summary>Where bubblewrap works, else without, which is logged.</summary>
    public const string Auto = "auto";

    /// <summary>Where it does not work nothing is launched.</summary>
    public const string Required = "required";

    public static readonly IReadOnlyList<string> Modes = [Off, Api, Auto, Required];

    /// <summary>One of <see cref="Modes"/>.</summary>
    public string Mode { get; set; } = Api;

    /// <summary>Whether agents reach the network; clients of a model need it.</summary>
    public bool Network { get; set; } = true;

    /// <summary>Further folders that agents may write to; <c>~</c> is the home folder. Those that do not exist are left out.</summary>
    public List<string> Writable { get; set; } = [];

    /// <summary>Folders that agents find empty.</summary>
    public List<string> Hidden { get; set; } = ["~/.ssh", "~/.gnupg", "~/.aws", "~/.azure", "~/.config/gcloud", "~/.kube", "~/.docker"];
}
