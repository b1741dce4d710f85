using Orchestra.Testing;

namespace Orchestra.Storage.Tests;

/// <summary>One emulator for the tests of a class; a test that stops the server has its own.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    internal AzuriteServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await AzuriteServer.StartNewAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
