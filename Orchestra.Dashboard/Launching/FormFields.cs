using System.Globalization;
using Orchestra.Client;

namespace Orchestra.Dashboard.Launching;

/// <summary>The texts of some fields as a person typed them, by the names that the API has for them, and what is wrong with each.</summary>
/// <param name="changed">Told of every text that is another one.</param>
public sealed class FormFields(Action changed)
{
    private readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> errors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> formerErrors = new(StringComparer.Ordinal);

    /// <summary>Empty when nothing was typed. What was wrong with a text is not said of the next one.</summary>
    public string this[string name]
    {
        get => texts.GetValueOrDefault(name, "");
        set
        {
            if (this[name] == value)
                return;
            if (errors.Remove(name, out string? error))
                formerErrors[name] = error;
            texts[name] = value ?? "";
            changed();
        }
    }

    public bool HasErrors => errors.Count > 0;

    /// <summary>What is wrong with the field; null: nothing.</summary>
    public string? ErrorOf(string name) => errors.GetValueOrDefault(name);

    /// <summary>What was wrong with the field's former text: its place is kept, so that nothing below it moves when somebody corrects the field.</summary>
    public string? FormerErrorOf(string name) => formerErrors.GetValueOrDefault(name);

    public void ClearErrors()
    {
        errors.Clear();
        formerErrors.Clear();
    }

    /// <summary>Whether one of <paramref name="names"/> is meant, which then shows the message; a part of a field is the field's.</summary>
    public bool Take(FieldError error, IReadOnlyList<string> names)
    {
        string? name = names.FirstOrDefault(n => error.Field == n || error.Field.StartsWith($"{n}.", StringComparison.Ordinal));
        if (name is null)
            return false;
        errors[name] = error.Message;
        return true;
    }

    public void Refuse(string name, string message) => errors.TryAdd(name, message);

    public void Require(string name, string message)
    {
        if (Text(name) is null)
            Refuse(name, message);
    }

    /// <summary>Null when there is nothing but spaces.</summary>
    public string? Text(string name) => string.IsNullOrWhiteSpace(this[name]) ? null : this[name];

    /// <summary>A whole number from 1 on; null when nothing, or something else, was typed: then the field is refused.</summary>
    public int? Whole(string name, int most)
    {
        if (Text(name) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most)
            return number;
        Refuse(name, string.Create(CultureInfo.InvariantCulture, $"Must be a whole number from 1 to {most}, or empty."));
        return null;
    }

    /// <summary>US dollars; null as in <see cref="Whole"/>.</summary>
    public decimal? Dollars(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out decimal amount) && amount > 0)
            return amount;
        Refuse(name, "Must be an amount greater than 0, like 2.50, or empty.");
        return null;
    }

    /// <summary>A program and its arguments, one a line; null when there is none.</summary>
    public CommandLine? Command(string name)
    {
        string[] lines = [.. this[name].Split('\n').Select(l => l.TrimEnd('\r')).Where(l => l.Length > 0)];
        return lines.Length == 0 ? null : new CommandLine(lines);
    }

    public void Set(string name, object? value) => this[name] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    public void Set(string name, CommandLine? command) => this[name] = string.Join('\n', command?.Argv ?? []);
}
