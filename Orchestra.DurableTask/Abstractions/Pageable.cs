namespace Microsoft.DurableTask;

/// <summary>Results that arrive page by page.</summary>
public abstract class AsyncPageable<T> : IAsyncEnumerable<T>
{
    public abstract IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null);

    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        await foreach (Page<T> page in AsPages().WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            foreach (T value in page.Values)
                yield return value;
        }
    }
}

/// <summary>One page of results and where the next begins.</summary>
public sealed class Page<T>
{
    public Page(IReadOnlyList<T> values, string? continuationToken = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        Values = values;
        ContinuationToken = continuationToken;
    }

    public IReadOnlyList<T> Values { get; }

    public string? ContinuationToken { get; }
}

/// <summary>Makes pageables of page functions.</summary>
public static class Pageable
{
    public static AsyncPageable<T> Create<T>(Func<string?, CancellationToken, Task<Page<T>>> pageFunc)
    {
        ArgumentNullException.ThrowIfNull(pageFunc);
        return new Paged<T>((token, _, cancellation) => pageFunc(token, cancellation));
    }

    public static AsyncPageable<T> Create<T>(Func<string?, int?, CancellationToken, Task<Page<T>>> pageFunc)
    {
        ArgumentNullException.ThrowIfNull(pageFunc);
        return new Paged<T>(pageFunc);
    }

    private sealed class Paged<T>(Func<string?, int?, CancellationToken, Task<Page<T>>> pageFunc) : AsyncPageable<T>
    {
        public override IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null)
            => Run(continuationToken, pageSizeHint);

        private async IAsyncEnumerable<Page<T>> Run(
            string? token,
            int? size,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
        {
            do
            {
                Page<T> page = await pageFunc(token, size, cancellation).ConfigureAwait(false);
                yield return page;
                token = page.ContinuationToken;
            }
            while (token is not null);
        }
    }
}
