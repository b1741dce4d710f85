using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Orchestra.Core;

namespace Orchestra.Functions.Http;

/// <summary>Answers in the one JSON dialect; errors as <c>application/problem+json</c>.</summary>
internal static class Answers
{
    private const string ProblemType = "application/problem+json; charset=utf-8";

    public static IActionResult Ok(object value, int status = StatusCodes.Status200OK) => new JsonAnswer(value, status);

    public static IActionResult Problem(InputProblem problem) => new ProblemAnswer(problem);

    /// <summary>The same answer where there is no function to give it.</summary>
    public static async Task WriteProblemAsync(HttpResponse response, InputProblem problem)
    {
        response.StatusCode = problem.Status;
        response.ContentType = ProblemType;
        if (problem.RetryAfterSeconds is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await response.WriteAsync(ProblemJson(problem), response.HttpContext.RequestAborted);
    }

    /// <summary>Runs a handler and turns bad input into its answer; anything else is a bug and stays a 500.</summary>
    public static async Task<IActionResult> GuardAsync(Func<Task<IActionResult>> handler)
    {
        try
        {
            return await handler();
        }
        catch (InputProblem problem)
        {
            return Problem(problem);
        }
        catch (BadHttpRequestException e)
        {
            return Problem(new InputProblem("body", e.Message, e.StatusCode));
        }
    }

    private static string ProblemJson(InputProblem problem) => Json.Write(new
    {
        Type = "about:blank",
        Title = Title(problem.Status),
        problem.Status,
        Detail = problem.Message,
        problem.Field,
        Errors = new Dictionary<string, string[]> { [problem.Field] = [problem.Message] },
    });

    private static string Title(int status) => status switch
    {
        400 => "Bad request",
        401 => "No valid key",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Wrong method",
        409 => "Conflict",
        426 => "Upgrade required",
        429 => "Too many",
        413 => "Too large",
        415 => "Not a media type that is read here",
        _ => "The request cannot be carried out",
    };

    private sealed class ProblemAnswer(InputProblem problem) : IActionResult
    {
        public Task ExecuteResultAsync(ActionContext context) => WriteProblemAsync(context.HttpContext.Response, problem);
    }
}
