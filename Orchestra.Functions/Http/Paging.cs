using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;
using Orchestra.Core;
using Orchestra.Core.Storage;

namespace Orchestra.Functions.Http;

/// <summary>
/// Which part of a list a request asks for: <c>limit</c>, and <c>offset</c> or the <c>next</c> of an earlier answer as <c>after</c>, which
/// costs the same at any depth and shifts nothing when the list grows meanwhile.
/// </summary>
internal static class Paging
{
    /// <param name="list">The list's name; a token of another one is refused.</param>
    public static ListRange Read(HttpRequest request, string list)
    {
        (int limit, int offset) = (Limit(request, 50, 500), (int)ListQuery.Number(request, "offset", 0, 0, 1_000_000));
        string? token = ListQuery.Text(request, "after");
        if (token is not null && offset > 0)
            throw ListQuery.Bad("offset", "Give either offset or after.");
        return new ListRange(limit, offset, token is null ? null : PlaceOf(token, list, Ids.IsValid));
    }

    public static int Limit(HttpRequest request, int standard, int most) => (int)ListQuery.Number(request, "limit", standard, 1, most);

    /// <summary>What a client hands back to go on behind an id, or another place of a list; null at the end.</summary>
    public static string? Token(string list, string? id) => id is null ? null : Base64Url.EncodeToString(Encoding.ASCII.GetBytes($"{list}:{id}"));

    /// <summary>What is in such a token.</summary>
    public static string PlaceOf(string token, string list, Func<string, bool> isPlace) =>
        Base64Url.IsValid(token)
        && Encoding.ASCII.GetString(Base64Url.DecodeFromChars(token)).Split(':') is [string named, string place]
        && named == list && isPlace(place)
            ? place
            : throw ListQuery.Bad("after", "Must be the 'next' of an earlier answer of this list.");
}
