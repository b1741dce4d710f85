using Microsoft.DurableTask;

namespace Orchestra.DurableTask.Tests.Api;

/// <summary>What we declare in the genuine namespaces is what the genuine packages declare there.</summary>
public class ApiContractTests
{
    private static readonly string[] Genuine = ["Microsoft", "DurableTask"];

    private static readonly Dictionary<string, SurfaceType> Theirs = GenuineSurface.Read();

    private static readonly Dictionary<string, SurfaceType> Ours = typeof(TaskName).Assembly.GetExportedTypes()
        .Where(type => Genuine.Contains(type.Namespace?.Split('.')[0]))
        .ToDictionary(type => $"{type.Namespace}.{SurfaceWriter.Name(type)}", type => new SurfaceType(SurfaceWriter.Head(type), [.. SurfaceWriter.Members(type)]), StringComparer.Ordinal);

    [Fact]
    public void Our_types_exist_there_and_are_declared_alike()
    {
        IEnumerable<string> wrong = Ours
            .Where(our => !ApiExceptions.NotListed.ContainsKey(our.Key))
            .Select(our => (our.Key, our.Value.Head, Their: Theirs.GetValueOrDefault(our.Key)?.Head))
            .Where(pair => pair.Head != pair.Their)
            .Select(pair => $"{pair.Key}\n  ours:   {pair.Head}\n  theirs: {pair.Their ?? "none"}");
        AssertNone(wrong);
    }

    [Fact]
    public void Our_members_exist_there_with_the_same_signature()
    {
        IEnumerable<string> wrong = Ours
            .Where(our => Theirs.ContainsKey(our.Key))
            .SelectMany(our => our.Value.Members.Except(Theirs[our.Key].Members).Select(member => $"{our.Key}: {member}"))
            .Order(StringComparer.Ordinal);
        AssertNone(wrong);
    }

    [Fact]
    public void What_they_have_and_we_lack_is_left_out_for_a_reason()
    {
        IEnumerable<string> types = Theirs.Keys.Except(Ours.Keys);
        IEnumerable<string> members = Theirs
            .Where(their => Ours.ContainsKey(their.Key))
            .SelectMany(their => their.Value.Members.Except(Ours[their.Key].Members).Select(member => $"{their.Key}: {member}"));
        IEnumerable<string> missing = types.Concat(members).Where(line => !ApiExceptions.LeftOut.ContainsKey(line)).Order(StringComparer.Ordinal);
        AssertNone(missing);
    }

    [Fact]
    public void The_exceptions_are_still_needed()
    {
        var present = new HashSet<string>(Ours.SelectMany(our => our.Value.Members.Select(member => $"{our.Key}: {member}").Append(our.Key)), StringComparer.Ordinal);
        var listed = new HashSet<string>(Theirs.SelectMany(their => their.Value.Members.Select(member => $"{their.Key}: {member}").Append(their.Key)), StringComparer.Ordinal);
        Assert.All(ApiExceptions.NotListed.Keys, line => Assert.True(present.Contains(line) && !listed.Contains(line), line));
        Assert.All(ApiExceptions.LeftOut.Keys, line => Assert.True(listed.Contains(line) && !present.Contains(line), line));
    }

    private static void AssertNone(IEnumerable<string> lines)
    {
        string text = string.Join("\n", lines);
        Assert.True(text.Length == 0, "\n" + text);
    }
}
