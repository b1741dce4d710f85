using System.Text;
using Orchestra.Core.Output;

namespace Orchestra.Functions.Tests;

/// <summary>Secrets are masked, byte for byte; ordinary text is not.</summary>
public sealed class RedactorTests
{
    private static readonly Redactor Redactor = Redactor.FromEnvironment(new Dictionary<string, string?>
    {
        ["ANTHROPIC_API_KEY"] = "an-anthropic-value",
        ["ORCHESTRA_API_KEYS"] = "ann:read:key-of-ann-0001,bob:admin:key-of-bob-0002",
        ["DB_PASSWORD"] = "pässwörd-näme",
        ["SHORT_TOKEN"] = "abc",
        ["HOME"] = "/home/somebody",
    });

    [Theory]
    [InlineData("key is an-anthropic-value.", "an-anthropic-value")]
    [InlineData("x-functions-key=key-of-bob-0002", "key-of-bob-0002")]
    [InlineData("mot de passe: pässwörd-näme!", "pässwörd-näme")]
    [InlineData("export K=sk-" + "ant-api03-abcdefghijklmnopqrstuvwxyz", "api03-abcdefgh")]
    [InlineData("remote: ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_abcdefghijklmnopqrstuvwxyz0123456789")]
    [InlineData("AKIAIOSFODNN7EXAMPLE here", "AKIAIOSFODNN7EXAMPLE")]
    [InlineData("Authorization: Bearer abcdefghijklmnop.qrstuv", "abcdefghijklmnop.qrstuv")]
    [InlineData("https://user:hunter2hunter2@example.org/x", "hunter2hunter2")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P", "eyJhbGciOiJIUzI1NiJ9")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----", "MIIEow")]
    public void Secrets_are_masked_in_place(string text, string secret)
    {
        string masked = Redactor.Redact(text);
        Assert.DoesNotContain(secret, masked);
        Assert.Contains("***", masked);
        Assert.Equal(Encoding.UTF8.GetByteCount(text), Encoding.UTF8.GetByteCount(masked));
    }

    [Theory]
    [InlineData("abc is short; /home/somebody is no secret")]
    [InlineData("see https://example.org:8080/a@b and git@github.com:x/y.git")]
    [InlineData("the bearer of bad news; skip sk-1; commit 0123456789abcdef0123456789abcdef01234567")]
    public void Ordinary_text_stays(string text) => Assert.Equal(text, Redactor.Redact(text));
}
