using System.Globalization;
using System.Text;

namespace Orchestra.ApiAgent.Tools;

/// <summary>The model's text editor: view, create, str_replace, insert.</summary>
internal sealed class TextEditor(WorktreePaths paths)
{
    private const int LongestView = 100_000;
    private const int MaxEntries = 1000;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public string Run(ToolInput input)
    {
        string path = paths.Resolve(input.Text("path"));
        return input.Text("command") switch
        {
            "view" => View(path, input.OptionalNumbers("view_range")),
            "create" => Create(path, input.Text("file_text")),
            "str_replace" => Replace(path, input.Text("old_str"), input.OptionalText("new_str") ?? ""),
            "insert" => Insert(path, input.Number("insert_line"), input.OptionalText("insert_text") ?? input.Text("new_str")),
            string other => throw new ToolProblem($"There is no command '{other}'. Known: view, create, str_replace, insert."),
        };
    }

    private static string View(string path, IReadOnlyList<int>? range)
    {
        if (Directory.Exists(path)) return List(path);
        string[] lines = Read(path).Split('\n');
        (int first, int last) = range switch
        {
            null => (1, lines.Length),
            [int from, -1] => (from, lines.Length),
            [int from, int to] => (from, Math.Min(to, lines.Length)),
            _ => throw new ToolProblem("'view_range' must be two line numbers."),
        };
        if (first < 1 || first > lines.Length || last < first) throw new ToolProblem($"'view_range' must lie between 1 and {lines.Length}.");
        var view = new StringBuilder();
        for (int i = first; i <= last; i++)
        {
            if (view.Length > LongestView) return view.Append(CultureInfo.InvariantCulture, $"(cut at line {i} of {lines.Length}; use view_range)\n").ToString();
            view.Append(CultureInfo.InvariantCulture, $"{i,6}\t{lines[i - 1]}\n");
        }
        return view.ToString();
    }

    private static string List(string folder)
    {
        List<string> entries = [];
        Add(folder, "", depth: 2);
        return string.Join('\n', entries.Count <= MaxEntries ? entries : [.. entries[..MaxEntries], $"({entries.Count - MaxEntries} more)"]);

        void Add(string at, string prefix, int depth)
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(at).Order(StringComparer.Ordinal))
            {
                string name = Path.GetFileName(path);
                if (name.StartsWith('.')) continue;
                var info = new DirectoryInfo(path);
                bool isFolder = info.Exists && info.LinkTarget is null;
                entries.Add(prefix + name + (isFolder ? "/" : ""));
                if (isFolder && depth > 1) Add(path, prefix + name + "/", depth - 1);
            }
        }
    }

    private static string Create(string path, string text)
    {
        if (Directory.Exists(path)) throw new ToolProblem($"{path} is a folder.");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, Utf8);
        return $"{path} was written.";
    }

    private static string Replace(string path, string old, string replacement)
    {
        if (old.Length == 0) throw new ToolProblem("'old_str' is empty.");
        string text = Read(path);
        int at = text.IndexOf(old, StringComparison.Ordinal);
        if (at < 0) throw new ToolProblem($"'old_str' is not in {path}, character for character.");
        if (text.IndexOf(old, at + 1, StringComparison.Ordinal) >= 0) throw new ToolProblem($"'old_str' is in {path} more than once. Give more of its surroundings.");
        File.WriteAllText(path, text[..at] + replacement + text[(at + old.Length)..], Utf8);
        return $"{path} was changed.";
    }

    private static string Insert(string path, int after, string inserted)
    {
        List<string> lines = [.. Read(path).Split('\n')];
        if (after < 0 || after > lines.Count) throw new ToolProblem($"'insert_line' must lie between 0 and {lines.Count}.");
        lines.InsertRange(after, (inserted.EndsWith('\n') ? inserted[..^1] : inserted).Split('\n'));
        File.WriteAllText(path, string.Join('\n', lines), Utf8);
        return $"{path} was changed.";
    }

    private static string Read(string path)
    {
        if (!File.Exists(path)) throw new ToolProblem($"There is no file {path}.");
        try
        {
            // A byte order mark stays part of the text and so of the file.
            return Utf8.GetString(File.ReadAllBytes(path));
        }
        catch (DecoderFallbackException)
        {
            throw new ToolProblem($"{path} is not a UTF-8 text.");
        }
    }
}
