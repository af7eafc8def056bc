using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Sutazai.Clients;

namespace Sutazai.Host.Commands;

/// <summary><c>usage</c>: what agents and callers used of the models.</summary>
internal static class UsageCommand
{
    private const int WideEnough = 120;

    public static Command Create()
    {
        Option<string> by = new("--by") { Description = "Some of agent, caller and model, separated by commas.", DefaultValueFactory = _ => "agent,caller" };
        Option<DateTimeOffset?> from = new("--from") { Description = "The first hour (default 24 hours before the last)." };
        Option<DateTimeOffset?> to = new("--to") { Description = "The end (default now)." };
        Command command = new("usage", "Show what was used of the models.") { by, from, to, Platform.Json, Platform.Url, Platform.Key, Platform.Data };
        command.SetAction((parsed, cancellationToken) => Failing.AsText(async () =>
        {
            await using var platform = await Platform.ConnectAsync(parsed, cancellationToken);
            var query = QueryString.Create([new("by", parsed.GetValue(by)), .. Time("from", parsed.GetValue(from)), .. Time("to", parsed.GetValue(to))]);
            using var response = await platform.Http.GetAsync("api/usage" + query, cancellationToken);
            var report = await Platform.ReadAsync<UsageReport>(response, cancellationToken);
            if (parsed.GetValue(Platform.Json))
            {
                Console.WriteLine(JsonSerializer.Serialize(report, SutazaiJson.Options));
                return;
            }

            Write(report, parsed.GetValue(by)!.Split(',', StringSplitOptions.TrimEntries));
        }));
        return command;
    }

    private static void Write(UsageReport report, string[] by)
    {
        // On a narrow terminal the names stand above each other, lest they be broken.
        var narrow = Terminal.Output.Profile.Width < WideEnough;
        var table = new Table().Border(TableBorder.Simple).AddColumns(narrow ? [string.Join('\n', by)] : by);
        string[] numbers = ["calls", "tokens", "cpu s", "wasted s", "saved s"];
        foreach (var name in numbers)
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        }

        foreach (var row in report.Rows)
        {
            string[] names = [.. by.Select(b => b switch { "agent" => row.Agent, "caller" => row.Caller, _ => row.Model } ?? "-")];
            double[] values = [row.Calls, row.PromptTokens + row.CompletionTokens, row.CpuSeconds, row.WastedSeconds, row.SavedSeconds];
            table.AddRow([.. (narrow ? [string.Join('\n', names)] : names).Concat(values.Select(Short)).Select(t => new Text(t))]);
        }

        Terminal.Output.Write(table);
        Terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.From:yyyy-MM-dd HH:mm} to {report.To:yyyy-MM-dd HH:mm} UTC"));
    }

    private static KeyValuePair<string, string?>[] Time(string name, DateTimeOffset? at) => at is { } given ? [new(name, given.ToString("O", CultureInfo.InvariantCulture))] : [];

    /// <summary>At most five letters: <c>950</c>, <c>12.3k</c>, <c>4.56M</c>.</summary>
    private static string Short(double number) => number switch
    {
        >= 999_500_000 => Scaled(number / 1e9, "G"),
        >= 999_500 => Scaled(number / 1e6, "M"),
        >= 999.5 => Scaled(number / 1e3, "k"),
        _ => Scaled(number, ""),
    };

    private static string Scaled(double number, string unit) =>
        number.ToString(number >= 100 ? "0" : number >= 10 ? "0.#" : "0.##", CultureInfo.InvariantCulture) + unit;
}
