using Orchestra.Core;
using Orchestra.Testing;

namespace Orchestra.Activities.Tests.Git;

public sealed class DataFolderTests
{
    [Fact]
    public void In_a_repository_git_overlooks_it()
    {
        using TestRepository repository = TestRepository.Create();
        var data = new DataFolder(Path.Combine(repository.Folder, ".orchestra"));
        data.Prepare();
        data.Prepare();
        File.WriteAllText(data.SecretKeyFile, "key");

        repository.Git("add", "-A");

        Assert.Equal("", repository.Git("status", "--porcelain"));
    }
}
