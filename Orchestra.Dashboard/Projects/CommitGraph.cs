using Orchestra.Client;

namespace Orchestra.Dashboard.Projects;

/// <summary>Commits in rows with lanes, as <c>git log --graph</c> draws them.</summary>
public static class CommitGraph
{
    /// <param name="Lane">The commit's own lane.</param>
    /// <param name="Through">Lanes that pass by or arrive from above.</param>
    /// <param name="Out">Lanes that its parents go on in.</param>
    public sealed record Row(CommitView Commit, int Lane, IReadOnlyList<int> Through, IReadOnlyList<int> Out);

    /// <param name="commits">Children before parents.</param>
    public static IReadOnlyList<Row> Of(IReadOnlyList<CommitView> commits)
    {
        var rows = new List<Row>();
        var known = commits.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        var lanes = new List<string?>();
        foreach (CommitView commit in commits)
        {
            int lane = Take(commit.Id);
            int[] through = [.. Enumerable.Range(0, lanes.Count).Where(i => lanes[i] is not null)];
            for (int i = 0; i < lanes.Count; i++)
            {
                if (lanes[i] == commit.Id)
                    lanes[i] = null;
            }

            var go = new List<int>();
            foreach (string parent in commit.Parents.Where(known.Contains))
            {
                int place = lanes.IndexOf(parent);
                if (place < 0)
                    place = lanes[lane] is null ? Put(lane, parent) : Take(parent);
                go.Add(place);
            }

            rows.Add(new Row(commit, lane, through, go));
        }

        return rows;

        int Take(string id)
        {
            int place = lanes.IndexOf(id);
            if (place < 0)
                place = lanes.IndexOf(null);
            if (place < 0)
            {
                lanes.Add(null);
                place = lanes.Count - 1;
            }

            return Put(place, id);
        }

        int Put(int place, string id)
        {
            lanes[place] = id;
            return place;
        }
    }
}
