using Orchestra.Core.Pipeline;

namespace Orchestra.Core.Configuration;

/// <summary>How the mode <c>api</c> uses the Messages API; the key is the setting <c>ANTHROPIC_API_KEY</c>.</summary>
public sealed class ApiConfig
{
    public string Model { get; set; } = "claude-opus-5-5";

    /// <summary>Empty: the setting <c>ANTHROPIC_BASE_URL</c>, else Anthropic's own.</summary>
    public string BaseUrl { get; set; } = "";

    /// <summary>Longest reply of the model in tokens.</summary>
    public int MaxTokens { get; set; } = 16_384;

    /// <summary>Most replies of the model in one run; 0: no limit.</summary>
    public int MaxTurns { get; set; } = 200;

    /// <summary>Most US dollars of one run; 0: no limit. Needs a price for the model.</summary>
    public decimal MaxBudgetUsd { get; set; }

    /// <summary>How often a refused request is sent again where that makes sense (429, 5xx, no connection).</summary>
    public int MaxRetries { get; set; } = 5;

    /// <summary>Seconds after which a silent stream is broken off and asked for again.</summary>
    public int StallSeconds { get; set; } = 120;

    /// <summary>Seconds that one shell command of the agent may take.</summary>
    public int CommandTimeoutSeconds { get; set; } = 300;

    /// <summary>By model; a name also stands for those that begin with it.</summary>
    public Dictionary<string, PriceConfig> Prices { get; set; } = new() { ["claude-opus-5-5"] = new() { Input = 4, Output = 20 } };

    /// <summary>The price of the longest name that the model's begins with; null when there is none.</summary>
    public ApiPrice? PriceOf(string model) => Prices
        .Where(p => model.StartsWith(p.Key, StringComparison.Ordinal))
        .OrderByDescending(p => p.Key.Length)
        .Select(p => p.Value.ToPrice())
        .FirstOrDefault();
}

/// <summary>US dollars per million tokens.</summary>
public sealed class PriceConfig
{
    // The usual ratios of the API's price list.
    private const decimal ReadRatio = 0.1m;
    private const decimal WriteRatio = 1.25m;

    public decimal Input { get; set; }
    public decimal Output { get; set; }

    /// <summary>0: a tenth of the input's.</summary>
    public decimal CacheRead { get; set; }

    /// <summary>0: the input's and a quarter.</summary>
    public decimal CacheWrite { get; set; }

    public ApiPrice ToPrice() => new(Input, Output, CacheRead > 0 ? CacheRead : Input * ReadRatio, CacheWrite > 0 ? CacheWrite : Input * WriteRatio);
}
