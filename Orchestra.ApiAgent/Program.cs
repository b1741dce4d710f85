using Anthropic;
using Orchestra.ApiAgent;
using Orchestra.ApiAgent.Tools;

// Runs one agent over the Messages API in the current folder: prompt on standard input, events as the Claude Code CLI's stream-json on
// standard output, so that the same reader understands both.
Arguments arguments;
try
{
    arguments = Arguments.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

using var input = new StreamReader(Console.OpenStandardInput());
using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true, NewLine = "\n" };
string prompt = await input.ReadToEndAsync();
var events = new EventWriter(output, arguments.Session, arguments.Settings.Model);
events.Init(Directory.GetCurrentDirectory());

Conversation? conversation = arguments.Resumes
    ? Conversation.Load(arguments.StateFolder, arguments.Session)
    : Conversation.Begin(arguments.StateFolder, arguments.Session);
if (conversation is null)
{
    events.Result(Outcome.Unknown(arguments.Session), 0, new Spending(arguments.Settings.Price));
    return 1;
}

using (conversation)
using (var advice = new RetryAdvice())
// We ask again ourselves: a client that waits in silence could not be told from one that has stalled.
using (var client = new AnthropicClient { MaxRetries = 0, Timeout = TimeSpan.FromHours(1), Handlers = [advice] })
await using (var shell = new BashShell(
    Directory.GetCurrentDirectory(), arguments.StateFolder, TimeSpan.FromSeconds(arguments.Settings.CommandTimeoutSeconds), ShellProcesses.TakeInOrphans()))
{
    var toolBox = new ToolBox(arguments.HasShell ? shell : null, new TextEditor(new WorktreePaths(Directory.GetCurrentDirectory())));
    var messages = new MessagesApi(client, advice, arguments.Settings, events, arguments.HasShell);
    return await new AgentLoop(arguments.Settings, conversation, messages, toolBox, events, arguments.HasShell).RunAsync(prompt);
}
