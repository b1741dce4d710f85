using Orchestra.Dashboard.Tests;

// One host and one browser for all tests but those that kill theirs.
[assembly: AssemblyFixture(typeof(DashboardFixture))]
[assembly: ClosesPages]
