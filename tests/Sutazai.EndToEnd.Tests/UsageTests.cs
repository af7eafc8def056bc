using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Sutazai.Clients;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.EndToEnd.Tests;

/// <summary>What is known of the use of models, from outside.</summary>
[Trait("Category", "Processes")]
public sealed class UsageTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("sutazai-");
    private readonly HttpClient _client = new() { BaseAddress = FreeAddress(), Timeout = TimeSpan.FromMinutes(1) };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task What_was_used_survives_a_kill_and_counts_against_the_budget()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using (var killed = Start(simulator))
        {
            Assert.Equal(HttpStatusCode.OK, await ChatAsync());
            await UntilAsync(() => Task.FromResult(CallsInStore() == 1));
            await killed.KillAsync(Cancelled);
        }

        await using var host = Start(simulator);
        Assert.Equal(HttpStatusCode.TooManyRequests, await ChatAsync());
        var report = await _client.GetFromJsonAsync<UsageReport>("api/usage", SutazaiJson.Options, Cancelled);
        var row = Assert.Single(report!.Rows);
        Assert.Equal(("local", 1, 1), (row.Caller, row.Calls, row.FailedCalls));

        await using var command = HostProcess.Start("usage", "--by", "caller,model", "--url", _client.BaseAddress!.ToString());
        Assert.True(await command.ExitAsync(Cancelled) == 0, command.Output);
        Assert.Matches(@"caller +model +calls +tokens", command.Output);
        Assert.Matches(@"local +llama3.2:1b +1 ", command.Output);
    }

    private HostProcess Start(OllamaSimulator simulator) => HostProcess.Start(
        "--urls", _client.BaseAddress!.ToString(), "--data", _data.FullName, "--ollama", simulator.Address.ToString(), "--ModelRouter:Budgets:all:Tokens", "1");

    /// <summary>As soon as the platform is there.</summary>
    private async Task<HttpStatusCode> ChatAsync()
    {
        HttpStatusCode? status = null;
        await UntilAsync(async () =>
        {
            try
            {
                using var response = await _client.PostAsync("api/chat", SharedFleet.Json("""{"model":"llama3.2:1b","messages":[{"role":"user","content":"Hi"}]}"""), Cancelled);
                status = response.StatusCode;
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }

            return status is not (null or HttpStatusCode.ServiceUnavailable);
        });
        return status!.Value;
    }

    private long CallsInStore()
    {
        var file = Path.Combine(_data.FullName, "model-router", "usage.db");
        if (!File.Exists(file))
        {
            return 0;
        }

        using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """SELECT "Calls" FROM "Usage" """;
        try
        {
            return command.ExecuteScalar() as long? ?? 0;
        }
        catch (SqliteException)
        {
            // The table is not there yet.
            return 0;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> state)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await state())
        {
            // Less often than the local operator may ask.
            await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
        }
    }

    private static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}");
    }
}
