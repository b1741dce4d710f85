using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestra.DurableTask.Engine;

/// <summary>RFC 4122 version 5 GUIDs from the instance, its clock and a counter: the same on every replay.</summary>
internal static class DeterministicGuid
{
    private static readonly Guid Space = new("9e952958-5e33-4daf-827f-2fa12937b875");

    public static Guid Create(string instanceId, DateTime now, int counter)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{instanceId}_{now:o}_{counter}");
        byte[] text = Encoding.UTF8.GetBytes(name);
        byte[] input = new byte[16 + text.Length];
        Space.TryWriteBytes(input, bigEndian: true, out _);
        text.CopyTo(input, 16);

        // SHA-1 is what version 5 prescribes; nothing secret depends on it.
#pragma warning disable CA5350
        Span<byte> hash = SHA1.HashData(input).AsSpan(0, 16);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
