using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.DurableTask.Client;

/// <summary>Gives out clients by name.</summary>
public interface IDurableTaskClientProvider
{
    DurableTaskClient GetClient(string? name = null);
}

/// <summary>Describes one named client.</summary>
public interface IDurableTaskClientBuilder
{
    string Name { get; }

    IServiceCollection Services { get; }

    Type? BuildTarget { get; set; }

    DurableTaskClient Build(IServiceProvider serviceProvider);
}

/// <summary>Builds the target type with the client's name.</summary>
public class DefaultDurableTaskClientBuilder : IDurableTaskClientBuilder
{
    private Type? buildTarget;

    public DefaultDurableTaskClientBuilder(string? name, IServiceCollection services)
    {
        Name = name ?? Options.DefaultName;
        Services = services;
    }

    public string Name { get; }

    public IServiceCollection Services { get; }

    public Type? BuildTarget
    {
        get => buildTarget;
        set
        {
            if (value is not null && (value.IsAbstract || !typeof(DurableTaskClient).IsAssignableFrom(value)))
                throw new ArgumentException($"'{value}' is not a concrete {nameof(DurableTaskClient)}.", nameof(value));
            buildTarget = value;
        }
    }

    public DurableTaskClient Build(IServiceProvider serviceProvider) => BuildTarget is null
        ? throw new InvalidOperationException($"The durable task client '{Name}' has no build target.")
        : (DurableTaskClient)ActivatorUtilities.CreateInstance(serviceProvider, BuildTarget, Name);
}

/// <summary>Configures a client.</summary>
public static class DurableTaskBuilderExtensions
{
    public static IDurableTaskClientBuilder Configure(this IDurableTaskClientBuilder builder, Action<DurableTaskClientOptions> configure)
    {
        builder.Services.Configure(builder.Name, configure);
        return builder;
    }

    public static IDurableTaskClientBuilder RegisterDirectly(this IDurableTaskClientBuilder builder)
    {
        string name = builder.Name;
        builder.Services.TryAddSingleton(services => services.GetRequiredService<IDurableTaskClientProvider>().GetClient(name));
        return builder;
    }

    public static IDurableTaskClientBuilder UseBuildTarget(this IDurableTaskClientBuilder builder, Type target)
    {
        builder.BuildTarget = target;
        return builder;
    }

    public static IDurableTaskClientBuilder UseBuildTarget<TTarget>(this IDurableTaskClientBuilder builder)
        where TTarget : DurableTaskClient
        => builder.UseBuildTarget(typeof(TTarget));

    public static IDurableTaskClientBuilder UseBuildTarget<TTarget, TOptions>(this IDurableTaskClientBuilder builder)
        where TTarget : DurableTaskClient
        where TOptions : DurableTaskClientOptions
    {
        string name = builder.Name;
        if (typeof(TOptions) != typeof(DurableTaskClientOptions))
        {
            builder.Services.AddOptions<TOptions>(name)
                .PostConfigure<IOptionsMonitor<DurableTaskClientOptions>>((options, shared) => shared.Get(name).ApplyTo(options));
        }

        return builder.UseBuildTarget(typeof(TTarget));
    }

    public static IDurableTaskClientBuilder UseDefaultVersion(this IDurableTaskClientBuilder builder, string version)
        => builder.Configure(options => options.DefaultVersion = version);
}

/// <summary>Registers clients.</summary>
public static class ServiceCollectionExtensions
{
    public static IDurableTaskClientBuilder AddDurableTaskClient(this IServiceCollection services, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        name ??= Options.DefaultName;
        foreach (ServiceDescriptor descriptor in services)
        {
            if (!descriptor.IsKeyedService && descriptor.ImplementationInstance is RegisteredClient known && known.Builder.Name == name)
                return known.Builder;
        }

        services.AddOptions();
        var builder = new DefaultDurableTaskClientBuilder(name, services);
        services.AddSingleton(new RegisteredClient(builder));
        services.TryAddSingleton<IDurableTaskClientProvider, DurableTaskClientProvider>();
        return name == Options.DefaultName ? builder.RegisterDirectly() : builder;
    }

    public static IServiceCollection AddDurableTaskClient(this IServiceCollection services, Action<IDurableTaskClientBuilder> configure)
        => services.AddDurableTaskClient(Options.DefaultName, configure);

    public static IServiceCollection AddDurableTaskClient(this IServiceCollection services, string name, Action<IDurableTaskClientBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(services.AddDurableTaskClient(name));
        return services;
    }
}

/// <summary>Marks a client builder in the service collection.</summary>
internal sealed record RegisteredClient(IDurableTaskClientBuilder Builder);

/// <summary>Builds each named client once and disposes of them all.</summary>
internal sealed class DurableTaskClientProvider(IServiceProvider services, IEnumerable<RegisteredClient> registered) : IDurableTaskClientProvider, IAsyncDisposable, IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, DurableTaskClient> clients = new(StringComparer.Ordinal);

    public DurableTaskClient GetClient(string? name = null)
    {
        name ??= Options.DefaultName;
        lock (gate)
        {
            if (clients.TryGetValue(name, out DurableTaskClient? client))
                return client;
            RegisteredClient found = registered.FirstOrDefault(entry => entry.Builder.Name == name)
                ?? throw new ArgumentOutOfRangeException(nameof(name), name, $"No durable task client named '{name}' is registered.");
            return clients[name] = found.Builder.Build(services);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (DurableTaskClient client in Take())
            await client.DisposeAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        foreach (DurableTaskClient client in Take())
            client.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private List<DurableTaskClient> Take()
    {
        lock (gate)
        {
            List<DurableTaskClient> taken = [.. clients.Values];
            clients.Clear();
            return taken;
        }
    }
}
