using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Playwright;
using Xunit.v3;

namespace Orchestra.Dashboard.Tests;

/// <summary>Closes what a test has opened when it ends: a page that stays open is drawn again at all that happens in the projects of the tests behind it.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class ClosesPagesAttribute : BeforeAfterTestAttribute
{
    private static readonly ConcurrentDictionary<string, ConcurrentBag<IBrowserContext>> Opened = new();
    private static readonly ConcurrentBag<Task> Closing = [];

    /// <summary>To be closed when the running test ends.</summary>
    public static void AtTheEnd(IBrowserContext context) => Opened.GetOrAdd(TestContext.Current.Test!.UniqueID, _ => []).Add(context);

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (Opened.TryRemove(test.UniqueID, out ConcurrentBag<IBrowserContext>? contexts))
            Closing.Add(Task.WhenAll(contexts.Where(c => c.Browser!.IsConnected).Select(c => c.CloseAsync())));
    }

    /// <summary>All are closed whose tests have ended.</summary>
    public static Task ClosedAsync() => Task.WhenAll(Closing);
}
