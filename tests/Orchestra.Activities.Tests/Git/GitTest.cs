using Microsoft.Extensions.DependencyInjection;
using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Testing;

namespace Orchestra.Activities.Tests.Git;

/// <summary>A repository with one commit and the git activities over it.</summary>
public abstract class GitTest : IDisposable
{
    protected const string Session = "20260102-030405-abcdef";
    protected const string Project = "20260102-030405-000001";
    protected static readonly DateTime Date = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly ServiceProvider services;

    protected GitTest()
    {
        Repository = TestRepository.Create();
        Data = new DataFolder(Repository.DataFolder);
        services = new ServiceCollection().AddLogging().AddSingleton(Data).AddOrchestraGit().BuildServiceProvider();
        Git = services.GetRequiredService<GitActivities>();
        Base = Repository.Head();
    }

    protected TestRepository Repository { get; }

    protected DataFolder Data { get; }

    protected GitActivities Git { get; }

    protected string Base { get; }

    protected string Repo => Repository.Folder;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected IServiceProvider Services => services;

    protected T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    protected Task<Worktree> CreateWorktreeAsync(string session = Session) =>
        Git.CreateWorktree(new CreateWorktreeInput(Repo, session, Base), Cancel);

    /// <summary>An integration branch at a commit; returns its ref.</summary>
    protected string Integration(string commit)
    {
        string name = RefNames.Integration(Project);
        Repository.Git("update-ref", name, commit);
        return name;
    }

    public void Dispose()
    {
        services.Dispose();
        Repository.Dispose();
        GC.SuppressFinalize(this);
    }
}
