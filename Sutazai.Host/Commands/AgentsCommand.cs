using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Sutazai.Clients;

namespace Sutazai.Host.Commands;

/// <summary><c>agents [words]</c>: lists and searches.</summary>
internal static class AgentsCommand
{
    public static Command Create()
    {
        Argument<string[]> words = new("words") { Description = "Words that an agent's id, purpose or tools contain.", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> group = new("--group") { Description = "Only this group." };
        Option<string?> @class = new("--class") { Description = "Only this class: pure, read, write or network." };
        Command command = new("agents", "List and search agents.") { words, group, @class, Platform.Json, Platform.Url, Platform.Key, Platform.Data };
        command.SetAction((parsed, cancellationToken) => Failing.AsText(async () =>
        {
            await using var platform = await Platform.ConnectAsync(parsed, cancellationToken);
            var query = QueryString.Create(
            [
                new("pageSize", "500"),
                new("query", string.Join(' ', parsed.GetValue(words) ?? [])),
                .. parsed.GetValue(group) is { } g ? new KeyValuePair<string, string?>[] { new("group", g) } : [],
                .. parsed.GetValue(@class) is { } c ? new KeyValuePair<string, string?>[] { new("class", c) } : [],
            ]);
            using var response = await platform.Http.GetAsync("api/agents" + query, cancellationToken);
            var agents = await Platform.ReadAsync<Page<AgentRow>>(response, cancellationToken);
            if (parsed.GetValue(Platform.Json))
            {
                Console.WriteLine(JsonSerializer.Serialize(agents, SutazaiJson.Options));
                return;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumns("agent", "group", "purpose", "tools");
            foreach (var agent in agents.Items)
            {
                table.AddRow(new Text(agent.Id), new Text(agent.Group), new Text(agent.Purpose), new Text(string.Join(", ", agent.Tools.Select(t => t.Name))));
            }

            Terminal.Output.Write(table);
            Terminal.Output.WriteLine($"{agents.Total} agents");
        }));
        return command;
    }
}

internal static class Failing
{
    /// <summary>Runs a command; what the user can act on becomes a line on the error stream and exit code 1.</summary>
    public static async Task<int> AsText(Func<Task> action)
    {
        try
        {
            await action();
            return 0;
        }
        catch (Exception e) when (e is PlatformException or HttpRequestException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }
}
