using Orchestra.Activities.Git;

namespace Orchestra.Activities.Tests.Git;

public sealed class GitVersionTests
{
    [Theory]
    [InlineData("git version 2.34.1", "2.34")]
    [InlineData("git version 1.9.5.msysgit.0", "1.9")]
    [InlineData("git version 2.38.0", null)]
    [InlineData("git version 2.50.1 (Apple Git-155)", null)]
    [InlineData("git version 10.0", null)]
    [InlineData("git version unknown", null)]
    public void An_old_git_is_told_with_the_remedy(string answer, string? told)
    {
        string? problem = GitVersion.ProblemOf(answer);

        Assert.Equal(told is null ? null : $"The host's git is {told}; merging needs 2.38 or newer. Update git on the host.", problem);
    }

    [Fact]
    public async Task The_git_of_the_tests_suffices() => Assert.Null(await new GitVersion(new GitCli()).FindProblemAsync(TestContext.Current.CancellationToken));
}
