using CsCheck;

namespace Orchestra.DurableTask.Tests.Model;

/// <summary>Draws programs. Only an instance that the client knows waits for its events, and only outside of branches is a status set, for there it has an order.</summary>
internal static class ProgramGen
{
    private const int Depth = 2;

    public static Gen<Program> Root { get; } = Programs(Depth, root: true);

    private static Gen<Program> Programs(int depth, bool root)
    {
        Gen<Step[]> steps = Steps(depth, root, branch: false).Array[0, 5];
        Gen<Program> last = Gen.Select(steps, Gen.Frequency((4, Gen.Const(Ending.Return)), (1, Gen.Const(Ending.Throw))), (body, ending) => new Program(body, ending));
        Gen<Program> continued = Gen.Select(steps, last, (body, next) => new Program(body, Ending.Continue, next));
        Gen<Program> twice = Gen.Select(steps, continued, (body, next) => new Program(body, Ending.Continue, next));
        return Gen.Frequency((6, last), (1, continued), (1, twice));
    }

    private static Gen<Step> Steps(int depth, bool root, bool branch)
    {
        var kinds = new List<(int, Gen<Step>)>
        {
            (4, Gen.Int[0, 2].Select(failures => (Step)new Call(failures))),
            (1, Gen.Int[1, 3].Select(attempts => (Step)new Fail(attempts))),
            (2, Gen.Int[0, 3].Select(milliseconds => (Step)new Sleep(milliseconds))),
            (2, Gen.Const((Step)new Echo())),
            (1, Gen.Int[0, 2].Select(milliseconds => (Step)new Timeout(milliseconds))),
        };
        if (root)
            kinds.Add((2, Gen.Const((Step)new Wait())));
        if (!branch)
            kinds.Add((1, Gen.Int[0, 9].Select(value => (Step)new Status(value))));
        if (depth > 0)
        {
            kinds.Add((2, Steps(depth - 1, root, branch: true).Array[0, 3].Array[0, 4].Select(branches => (Step)new Fan(branches))));
            kinds.Add((1, Programs(depth - 1, root: false).Select(program => (Step)new Child(program))));
        }

        return Gen.Frequency([.. kinds]);
    }
}
