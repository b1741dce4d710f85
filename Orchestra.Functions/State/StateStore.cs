using Microsoft.Extensions.Configuration;
using Orchestra.Core;
using Orchestra.Core.Storage;
using Orchestra.Storage;
using Orchestra.Storage.AzureTables;

namespace Orchestra.Functions.State;

/// <summary>Where the state is kept, as <c>ORCHESTRA_STORAGE</c> says.</summary>
internal static class StateStore
{
    /// <returns>What opens the store when it is first needed.</returns>
    /// <exception cref="InvalidOperationException">The setting is unknown or lacks its connection.</exception>
    public static Func<IServiceProvider, ITableStore> Choose(IConfiguration configuration, DataFolder data)
    {
        switch (configuration["ORCHESTRA_STORAGE"])
        {
            case null or "" or "sqlite":
                return _ => new SqliteTableStore(data.StateFile);
            case "azure" when configuration["AzureWebJobsStorage"] is { Length: > 0 } connection:
                return _ => new AzureTableStore(connection);
            case "azure":
                throw new InvalidOperationException(
                    "ORCHESTRA_STORAGE is azure, but AzureWebJobsStorage is not set. Give it a connection string, or UseDevelopmentStorage=true for the local emulator.");
            case string other:
                throw new InvalidOperationException($"ORCHESTRA_STORAGE is '{other}'. Known: sqlite, azure.");
        }
    }
}
