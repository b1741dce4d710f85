using Microsoft.Extensions.Time.Testing;
using Orchestra.Activities.Agents.Admission;

namespace Orchestra.Activities.Tests.Admission;

public sealed class AgentPlacesTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void A_free_place_goes_to_the_project_with_the_fewest_and_there_to_the_longest_waiting()
    {
        AgentPlaces places = new(2, time);
        Assert.True(Enter(places, "a1"));
        Assert.True(Enter(places, "a2"));
        Assert.False(Enter(places, "a3"));
        Assert.False(Enter(places, "b1"));
        Assert.False(Enter(places, "b2"));
        Assert.Equal((2, 3), places.Count());

        Assert.Equal(["b1"], places.Leave("a1"));
        // Promised: nobody comes in between, whoever asks.
        Assert.False(Enter(places, "c1"));
        Assert.True(Enter(places, "b1"));
        Assert.Equal(["b2"], places.Leave("b1"));
        Assert.True(Enter(places, "b2"));
        Assert.Equal(["c1"], places.Leave("b2"));
        Assert.True(Enter(places, "c1"));
        Assert.Equal(["a3"], places.Leave("a2"));
        Assert.Equal((1, 1), places.Count());
    }

    [Fact]
    public void Who_asks_no_more_has_lost_its_turn()
    {
        AgentPlaces places = new(1, time);
        Enter(places, "a1");
        Enter(places, "gone");
        places.Leave("a1");
        Assert.False(Enter(places, "b1"));

        time.Advance(AgentPlaces.AskAgain * 3 + TimeSpan.FromSeconds(1));

        Assert.True(Enter(places, "b1"));
    }

    [Fact]
    public void What_goes_on_already_has_a_place_even_when_there_is_none()
    {
        AgentPlaces places = new(1, time);
        Enter(places, "a1");
        places.Enter("b1", "b", "b1");

        Assert.Equal((2, 0), places.Count());
        Assert.False(Enter(places, "c1"));
        Assert.Empty(places.Leave("a1"));
        Assert.Equal(["c1"], places.Leave("b1"));
    }

    [Fact]
    public void Without_a_limit_everybody_enters()
    {
        AgentPlaces places = new(0, time);
        Assert.All(Enumerable.Range(0, 100), i => Assert.True(Enter(places, $"a{i}")));
    }

    // The first letter is the project.
    private static bool Enter(AgentPlaces places, string run) => places.TryEnter(run, run[..1], run, out _);
}
