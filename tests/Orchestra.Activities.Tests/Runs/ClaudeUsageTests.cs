using Orchestra.Activities.Agents.Claude;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

public sealed class ClaudeUsageTests
{
    private readonly ClaudeTranscript transcript = new(model => model == "known" ? new ApiPrice(4, 20, 0.4m, 5) : null);

    [Fact]
    public void What_no_result_settled_is_estimated_by_the_models_price()
    {
        Message("one", "known", 1_000_000, 1_000_000, 1_000_000);

        Assert.Equal(new RunUsage(9.4m, 3_000_000, 0, Estimated: true), transcript.Usage.Total());
    }

    [Fact]
    public void Without_a_price_only_tokens_are_known()
    {
        Message("one", "unknown", 1000, 0, 0);

        Assert.Equal(new RunUsage(null, 1000, 0, Estimated: true), transcript.Usage.Total());
    }

    [Fact]
    public void Turns_are_the_agents_own_replies()
    {
        Message("one", "known", 1, 0, 0);
        Message("one", "known", 1, 0, 0);
        Message("two", "known", 1, 0, 0);
        transcript.Add("""{"type":"assistant","parent_tool_use_id":"toolu_1","message":{"id":"three","model":"known","content":[]}}"""u8);
        transcript.Add("""{"type":"assistant","message":{"id":"four","model":"<synthetic>","content":[]}}"""u8);

        Assert.Equal(2, transcript.Turns);
    }

    private void Message(string id, string model, int input, int cacheRead, int cacheWrite) => transcript.Add(System.Text.Encoding.UTF8.GetBytes(
        $$$$"""{"type":"assistant","message":{"id":"{{{{id}}}}","model":"{{{{model}}}}","content":[],"usage":{"input_tokens":{{{{input}}}},"cache_read_input_tokens":{{{{cacheRead}}}},"cache_creation_input_tokens":{{{{cacheWrite}}}},"output_tokens":1}}}"""));
}
