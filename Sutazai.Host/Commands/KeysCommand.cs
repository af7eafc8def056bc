using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Sutazai.Clients;
using Sutazai.Identity;

namespace Sutazai.Host.Commands;

/// <summary><c>keys create|list|revoke</c>, on the data folder, whether or not a platform runs on it.</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "Create, list and revoke API keys.") { CreateKey(), ListKeys(), RevokeKey() };

    private static Command CreateKey()
    {
        var standard = new KeyQuota();
        Option<string> name = new("--name") { Description = "What the key is for.", Required = true };
        Option<string[]> scopes = new("--scope") { Description = $"What it may do: {string.Join(", ", Scopes.All)}.", Required = true, AllowMultipleArgumentsPerToken = true };
        Option<double> rate = new("--rate") { Description = "Requests a second, for each agent.", DefaultValueFactory = _ => standard.Rate };
        Option<int> burst = new("--burst") { Description = "Requests at once.", DefaultValueFactory = _ => standard.Burst };
        Option<int> concurrency = new("--concurrency") { Description = "Requests under way at a time.", DefaultValueFactory = _ => standard.Concurrency };
        Option<double?> days = new("--expires-in-days") { Description = "When it stops being valid (default never)." };
        Command command = new("create", "Create a key and print it, this once.") { name, scopes, rate, burst, concurrency, days, Platform.Data, Platform.Json };
        command.SetAction((parsed, cancellationToken) => Failing.AsText(async () =>
        {
            using var keys = Open(parsed);
            var created = await keys.CreateAsync(
                new CreateKey(
                    parsed.GetRequiredValue(name),
                    [.. parsed.GetRequiredValue(scopes).SelectMany(s => s.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
                    new KeyQuota(parsed.GetValue(rate), parsed.GetValue(burst), parsed.GetValue(concurrency)),
                    parsed.GetValue(days) is { } d ? TimeProvider.System.GetUtcNow().AddDays(d) : null),
                cancellationToken);
            Console.WriteLine(parsed.GetValue(Platform.Json) ? JsonSerializer.Serialize(created, SutazaiJson.Options) : created.Key);
        }));
        return command;
    }

    private static Command ListKeys()
    {
        Command command = new("list", "List valid keys.") { Platform.Data, Platform.Json };
        command.SetAction((parsed, cancellationToken) => Failing.AsText(async () =>
        {
            using var keys = Open(parsed);
            var page = await keys.ListAsync(cancellationToken);
            if (parsed.GetValue(Platform.Json))
            {
                Console.WriteLine(JsonSerializer.Serialize(page, SutazaiJson.Options));
                return;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumns("id", "name", "key", "scopes", "rate/burst/concurrency", "created", "expires");
            foreach (var key in page.Items)
            {
                table.AddRow(
                    new Text(key.Id), new Text(key.Name), new Text(key.Prefix + "…"), new Text(string.Join(' ', key.Scopes)),
                    new Text(string.Create(CultureInfo.InvariantCulture, $"{key.Quota.Rate}/{key.Quota.Burst}/{key.Quota.Concurrency}")),
                    new Text(Day(key.CreatedAt)), new Text(key.ExpiresAt is { } at ? Day(at) : "never"));
            }

            Terminal.Output.Write(table);
        }));
        return command;
    }

    private static Command RevokeKey()
    {
        Argument<string> key = new("key") { Description = "The key's id, or its name where only one has it." };
        Command command = new("revoke", "Revoke a key.") { key, Platform.Data };
        command.SetAction((parsed, cancellationToken) => Failing.AsText(async () =>
        {
            using var keys = Open(parsed);
            var wanted = parsed.GetRequiredValue(key);
            Console.WriteLine(await keys.RevokeAsync(wanted, cancellationToken) switch
            {
                [var id] => $"{id} is revoked.",
                [] => throw new PlatformException($"There is no valid key '{wanted}'."),
                var several => throw new PlatformException($"{several.Count} keys are named '{wanted}': {string.Join(", ", several)}. Revoke by id."),
            });
        }));
        return command;
    }

    private static KeyCommands Open(ParseResult parsed) => new(SutazaiApp.DataFolder(parsed.GetValue(Platform.Data)));

    private static string Day(DateTimeOffset at) => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
