using System.Security.Cryptography;
using System.Text;
using Orchestra.Core;

namespace Orchestra.Activities.Secrets;

/// <summary>
/// Encrypts secrets that must be stored with a launch, with a key that is in the data folder and in no database: whoever reads the journal,
/// the API or a backup does not read them.
/// </summary>
public sealed class SecretSeal(DataFolder data)
{
    private const string Prefix = "sealed:";
    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly Lazy<byte[]> key = new(() => ReadOrMake(data.SecretKeyFile));

    public string Close(string value)
    {
        byte[] plain = Encoding.UTF8.GetBytes(value);
        byte[] whole = new byte[NonceLength + TagLength + plain.Length];
        RandomNumberGenerator.Fill(whole.AsSpan(0, NonceLength));
        using AesGcm cipher = new(key.Value, TagLength);
        cipher.Encrypt(whole.AsSpan(0, NonceLength), plain, whole.AsSpan(NonceLength + TagLength), whole.AsSpan(NonceLength, TagLength));
        return Prefix + Convert.ToBase64String(whole);
    }

    public static bool IsClosed(string value) => value.StartsWith(Prefix, StringComparison.Ordinal);

    /// <exception cref="InvalidOperationException">It was closed with another key.</exception>
    public string Open(string value)
    {
        try
        {
            byte[] whole = Convert.FromBase64String(value[Prefix.Length..]);
            byte[] plain = new byte[whole.Length - NonceLength - TagLength];
            using AesGcm cipher = new(key.Value, TagLength);
            cipher.Decrypt(whole.AsSpan(0, NonceLength), whole.AsSpan(NonceLength + TagLength), whole.AsSpan(NonceLength, TagLength), plain);
            return Encoding.UTF8.GetString(plain);
        }
        catch (Exception e) when (e is CryptographicException or FormatException or OverflowException)
        {
            throw new InvalidOperationException($"A secret of this launch cannot be read: {data.SecretKeyFile} is not the key that it was encrypted with. Launch it anew.", e);
        }
    }

    private static byte[] ReadOrMake(string file)
    {
        if (!File.Exists(file)) Make(file);
        byte[] key = File.ReadAllBytes(file);
        return key.Length == KeyLength ? key : throw new InvalidOperationException($"{file} is damaged: it must have {KeyLength} bytes. Delete it; running agents' secrets are lost then.");
    }

    private static void Make(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        string aside = $"{file}.{Guid.NewGuid():N}";
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (FileStream stream = new(aside, options))
        {
            stream.Write(RandomNumberGenerator.GetBytes(KeyLength));
            stream.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(aside, file);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(aside); // another process was quicker, and its key is the one
        }
    }
}
