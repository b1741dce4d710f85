using System.Security.Cryptography;
using System.Text;

namespace Orchestra.Functions.Security;

/// <summary>What a key allows; each role includes the ones before it.</summary>
public enum AccessRole
{
    /// <summary>Reading.</summary>
    Read,

    /// <summary>Launching, deciding, cancelling.</summary>
    Operate,

    /// <summary>The durable runtime's own management API, which can start and change anything.</summary>
    Admin,
}

/// <summary>Somebody who showed a valid key. The key's name goes to the audit log, the key itself nowhere.</summary>
public sealed record Caller(string Name, AccessRole Role);

/// <summary>The keys that callers may show. Only hashes are held.</summary>
public sealed class ApiKeys
{
    private const int LeastLength = 16;
    private readonly List<(byte[] Hash, Caller Caller)> keys = [];
    private readonly List<(byte[] Hash, Caller Caller)> cookies = [];

    private ApiKeys()
    {
    }

    public bool Any => keys.Count > 0;

    /// <param name="single">One key that may do everything.</param>
    /// <param name="named">Entries <c>NAME:ROLE:KEY</c>.</param>
    public static ApiKeys Read(string? single, IReadOnlyList<string> named)
    {
        var read = new ApiKeys();
        if (!string.IsNullOrWhiteSpace(single))
            read.Add("default", AccessRole.Admin, single.Trim(), AccessSettings.KeySetting);
        for (int i = 0; i < named.Count; i++)
        {
            // The messages never repeat the entry: it holds a secret.
            string[] parts = named[i].Split(':', 3);
            if (parts.Length != 3 || parts[0].Length == 0 || !TryRole(parts[1], out AccessRole role))
                throw new InvalidOperationException($"Entry {i + 1} of {AccessSettings.KeysSetting} must be NAME:ROLE:KEY, with ROLE one of read, operate, admin.");
            read.Add(parts[0], role, parts[2], $"Entry {i + 1} of {AccessSettings.KeysSetting}");
        }

        return read;
    }

    /// <summary>A key for calls that this process makes to itself, new with every start; nobody else can show it.</summary>
    internal string AddOwn()
    {
        string key = RandomNumberGenerator.GetHexString(48, lowercase: true);
        Add(OwnName, AccessRole.Operate, key, "");
        return key;
    }

    // With a blank, so that no configured key has this name.
    private const string OwnName = "the dashboard";

    /// <summary>Whose key has this name.</summary>
    internal Caller? Named(string name) => keys.Select(k => k.Caller).FirstOrDefault(c => c.Name == name);

    public static bool IsOwn(Caller caller) => caller.Name == OwnName;

    /// <summary>Compares with every key, in a time that tells nothing of how near a guess was.</summary>
    public Caller? Find(string? given)
    {
        if (string.IsNullOrEmpty(given))
            return null;
        byte[] hash = Hash(given);
        Caller? found = null;
        foreach ((byte[] expected, Caller caller) in keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, expected))
                found = caller;
        }

        return found;
    }

    /// <summary>What a browser holds in place of a key; it cannot be turned back into one.</summary>
    public static string CookieOf(string key) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), "orchestra login cookie"u8));

    /// <summary>Whose cookie it is.</summary>
    public Caller? FindCookie(string? given)
    {
        if (string.IsNullOrEmpty(given))
            return null;
        byte[] hash = Hash(given);
        Caller? found = null;
        foreach ((byte[] expected, Caller caller) in cookies)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, expected))
                found = caller;
        }

        return found;
    }

    private void Add(string name, AccessRole role, string key, string where)
    {
        if (key.Length < LeastLength)
            throw new InvalidOperationException($"{where} has fewer than {LeastLength} characters, which can be guessed; make one with 'openssl rand -hex 24'.");
        byte[] hash = Hash(key);
        if (keys.Exists(k => k.Caller.Name == name || CryptographicOperations.FixedTimeEquals(k.Hash, hash)))
            throw new InvalidOperationException($"{where} repeats a name or a key ('{name}').");
        var caller = new Caller(name, role);
        keys.Add((hash, caller));
        cookies.Add((Hash(CookieOf(key)), caller));
    }

    private static bool TryRole(string text, out AccessRole role)
    {
        (bool known, role) = text switch
        {
            "read" => (true, AccessRole.Read),
            "operate" => (true, AccessRole.Operate),
            "admin" => (true, AccessRole.Admin),
            _ => (false, default),
        };
        return known;
    }

    // Equal lengths, so that every comparison takes the same time.
    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
