using System.Text.Json;
using Sutazai.Clients;

namespace Sutazai.EndToEnd.Tests;

/// <summary>The command line as a user types it.</summary>
[Trait("Category", "Processes")]
public sealed class CommandTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("sutazai-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task Ask_answers_in_its_own_process_where_no_platform_runs()
    {
        var file = Path.Combine(_data.FullName, "cities.csv");
        await File.WriteAllTextAsync(file, "city,people\nBern,134794\nBasel,173552\n", Cancelled);

        var (exit, table) = await RunAsync("ask", "csv-profiler", "--file", file, "What is in this table?");
        var (jsonExit, json) = await RunAsync("ask", "csv-profiler", "--file", file, "--tool", "profile", "--json");

        Assert.True(exit == 0, table);
        Assert.Contains("154173", table, StringComparison.Ordinal);
        Assert.DoesNotContain("{", table, StringComparison.Ordinal);
        Assert.True(jsonExit == 0, json);
        var reply = JsonSerializer.Deserialize<AskReply>(json[json.IndexOf('{', StringComparison.Ordinal)..], SutazaiJson.Options)!;
        Assert.Equal(2, reply.Results[0].Result!.Value.GetProperty("rows").GetInt32());
    }

    [Fact]
    public async Task Agents_lists_what_the_words_find()
    {
        var (exit, list) = await RunAsync("agents", "csv");

        Assert.True(exit == 0, list);
        Assert.Contains("csv-profiler", list, StringComparison.Ordinal);
        Assert.DoesNotContain("secrets-scanner", list, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("csv-profiler", "ask", "csv-profilr", "What?")]
    [InlineData("No platform answers at", "agents", "--url", "http://127.0.0.1:9")]
    [InlineData("/nowhere/cities.csv", "ask", "csv-profiler", "--file", "/nowhere/cities.csv")]
    public async Task A_mistake_is_named_and_ends_with_1(string named, params string[] args)
    {
        var (exit, said) = await RunAsync(args);

        Assert.Equal(1, exit);
        Assert.Contains(named, said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    private async Task<(int Exit, string Output)> RunAsync(params string[] args)
    {
        await using var process = HostProcess.Start([.. args, "--data", _data.FullName]);
        return (await process.ExitAsync(Cancelled), process.Output);
    }
}
