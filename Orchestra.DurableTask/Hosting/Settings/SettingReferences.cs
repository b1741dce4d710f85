using Microsoft.Extensions.Configuration;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Expands <c>%Name%</c> in a binding value from configuration.</summary>
internal static class SettingReferences
{
    public static string Expand(string value, IConfiguration configuration)
    {
        string[] parts = value.Split('%');
        if (parts.Length < 3)
            return value;
        for (int i = 1; i < parts.Length - 1; i += 2)
        {
            parts[i] = configuration[parts[i]] is { Length: > 0 } setting
                ? setting
                : throw new InvalidOperationException($"'%{parts[i]}%' does not resolve to a setting.");
        }

        return string.Concat(parts);
    }
}
