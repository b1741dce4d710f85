using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestra.CrashWorker;
using Orchestra.DurableTask;

// FOLDER FROM TO [--finish]: works on the journal in the folder, starts what is missing of the batches FROM to TO, sends the
// events that these may wait for, and with --finish ends when all of them have ended. Otherwise it works until it is killed.
string folder = args[0];
(int from, int to) = (int.Parse(args[1], null), int.Parse(args[2], null));
Console.Out.WriteLine("open");

using var log = new ActivityLog(folder);
var services = new ServiceCollection();
services.AddLogging();
services.AddDurableTaskWorker(builder => builder
    .AddTasks(tasks => Workload.Register(tasks, log))
    .UseEmbedded(options =>
    {
        options.Path = Path.Combine(folder, "journal.db");

        // Here every activity may take its process down any number of times: none is to be given up for that.
        options.MaxAttempts = int.MaxValue;

        // Only who is killed is dead: on a machine that has much else to do, one may come too late to renew its lease.
        options.LeaseDuration = TimeSpan.FromMinutes(5);
    }));
services.AddDurableTaskClient(builder => builder.UseEmbedded());
await using ServiceProvider provider = services.BuildServiceProvider();
var client = provider.GetRequiredService<DurableTaskClient>();
IHostedService worker = provider.GetServices<IHostedService>().Single();
await worker.StartAsync(CancellationToken.None);
Console.Out.WriteLine("ready");

await Task.WhenAll(Workload.Ids(from, to).Select(id => Workload.BeginAsync(client, id)));
await Task.WhenAll(Workload.Ids(from, to).Select(id => client.WaitForInstanceCompletionAsync(id)));
if (!args.Contains("--finish"))
{
    Console.Out.WriteLine("idle");
    await new TaskCompletionSource().Task;
}

await worker.StopAsync(CancellationToken.None);
