using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Orchestra.DurableTask.Hosting;

/// <summary>
/// The key that callers must show once one is configured. Without one nothing is enforced, as with the genuine local tools;
/// nor of a caller whom the application's own middleware has recognized.
/// </summary>
internal sealed class FunctionKey
{
    public const string Setting = "ORCHESTRA_FUNCTION_KEY";
    private readonly byte[]? expected;

    public FunctionKey(IConfiguration configuration)
    {
        Value = configuration[Setting] is { Length: > 0 } key ? key : null;
        expected = Value is null ? null : Hash(Value);
    }

    public string? Value { get; }

    public bool Accepts(HttpRequest request)
    {
        if (expected is null || request.HttpContext.User.Identity is { IsAuthenticated: true })
            return true;
        string? given = request.Headers["x-functions-key"].FirstOrDefault() ?? request.Query["code"].FirstOrDefault();
        return given is not null && CryptographicOperations.FixedTimeEquals(Hash(given), expected);
    }

    // Equal lengths, so that the comparison takes the same time for every guess.
    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
