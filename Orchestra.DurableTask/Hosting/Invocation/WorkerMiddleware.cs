using Microsoft.Azure.Functions.Worker.Middleware;

namespace Orchestra.DurableTask.Hosting;

/// <summary>The worker's middleware, in the order of registration; the function itself is at the end.</summary>
internal sealed class WorkerMiddleware
{
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> steps = [];

    public void Add(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> step) => steps.Add(step);

    public FunctionExecutionDelegate Build(FunctionExecutionDelegate function) =>
        Enumerable.Reverse(steps).Aggregate(function, (next, step) => step(next));
}
