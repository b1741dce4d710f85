using System.Text.Json.Nodes;

namespace Orchestra.Functions.Tests.Model;

/// <summary>An agent that does one random thing, and what must be true of its work afterwards.</summary>
internal sealed record ModelAgent(int Number, string Script)
{
    public const int Lines = 12;

    /// <summary>A file that only this agent makes: whether its work is in a tree is seen by it.</summary>
    public string OwnFile => $"own{Number}.txt";

    public static ModelAgent Next(Random random, int number)
    {
        string own = $"echo work of {number} > own{number}.txt";
        string script = random.Next(10) switch
        {
            0 => "true",
            1 => $"{own}; exit 3",
            2 => $"{own}; echo x > broken.txt",
            3 => $"{own}; git mv docs/d{number}.txt docs/r{number}.txt",
            4 => $"{own}; rm docs/d{number}.txt",
            5 => $"{own}; echo agent {number} >> shared.txt; git add -A; git -c user.name=a -c user.email=a@example.org commit -qm own",
            6 => own,
            _ => $"{own}; sed -i '{random.Next(1, Lines + 1)}s/.*/agent {number}/' shared.txt",
        };
        return new ModelAgent(number, $": {number}; sleep 0.{random.Next(4)}; {script}"); // the number tells apart those who do the same
    }

    public JsonObject ToLaunch() => OrchestraApi.Agent(Script);
}
