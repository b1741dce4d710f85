using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Engine;

/// <summary>Lists the other way round than the genuine engine, which begins with what is oldest.</summary>
internal sealed record NewestFirstQuery : OrchestrationQuery;
