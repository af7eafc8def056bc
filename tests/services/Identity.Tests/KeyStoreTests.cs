using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Sutazai.Clients;
using Sutazai.Testing;

namespace Sutazai.Identity.Tests;

public class KeyStoreTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_is_found_by_its_hash_and_stored_nowhere()
    {
        await using var host = await ServiceHost.StartAsync(IdentityService.Module);
        using var http = Client(host);

        var created = await CreateAsync(http, new CreateKey("first", [Scopes.AskAgents], new KeyQuota(3, 4, 5)));
        var found = await FindAsync(http, created.Key);

        Assert.Matches("^sk-sutazai-[0-9A-Za-z]{43}$", created.Key);
        Assert.Equal((created.Id, "first", new KeyQuota(3, 4, 5)), (found!.Id, found.Name, found.Quota));
        Assert.Equal([Scopes.AskAgents], found.Scopes);
        SqliteConnection.ClearAllPools();
        var letters = Encoding.ASCII.GetBytes(created.Key[^20..]);
        foreach (var file in Directory.GetFiles(host.Data, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(-1, (await File.ReadAllBytesAsync(file, Cancelled)).AsSpan().IndexOf(letters));
        }
    }

    [Fact]
    public async Task A_key_ends_when_it_expires()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = await ServiceHost.StartAsync([IdentityService.Module], time);
        using var http = Client(host);
        var key = await CreateAsync(http, new CreateKey("short", [Scopes.ReadAgents], ExpiresAt: time.GetUtcNow().AddHours(1)));
        Assert.NotNull(await FindAsync(http, key.Key));

        time.Advance(TimeSpan.FromHours(1));

        Assert.Null(await FindAsync(http, key.Key));
        Assert.Equal(0, (await http.GetFromJsonAsync<Page<ApiKey>>("keys", SutazaiJson.Options, Cancelled))!.Total);
    }

    [Fact]
    public async Task A_name_revokes_only_where_it_is_one_keys()
    {
        await using var host = await ServiceHost.StartAsync(IdentityService.Module);
        using var http = Client(host);
        var first = await CreateAsync(http, new CreateKey("ci", [Scopes.ReadAgents]));
        var second = await CreateAsync(http, new CreateKey("ci", [Scopes.ReadAgents]));

        using var ambiguous = await http.DeleteAsync("keys/ci", Cancelled);
        using var byId = await http.DeleteAsync($"keys/{first.Id}", Cancelled);
        using var byName = await http.DeleteAsync("keys/ci", Cancelled);

        Assert.Equal((409, 204, 204), ((int)ambiguous.StatusCode, (int)byId.StatusCode, (int)byName.StatusCode));
        Assert.Null(await FindAsync(http, first.Key));
        Assert.Null(await FindAsync(http, second.Key));
    }

    [Fact]
    public async Task Pages_hold_each_key_once_oldest_first()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = await ServiceHost.StartAsync([IdentityService.Module], time);
        using var http = Client(host);
        for (var i = 0; i < 5; i++)
        {
            await CreateAsync(http, new CreateKey($"key {i}", [Scopes.ReadAgents]));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        List<string> names = [];
        for (var page = 1; page <= 3; page++)
        {
            names.AddRange((await http.GetFromJsonAsync<Page<ApiKey>>($"keys?page={page}&pageSize=2", SutazaiJson.Options, Cancelled))!.Items.Select(k => k.Name));
        }

        Assert.Equal(["key 0", "key 1", "key 2", "key 3", "key 4"], names);
    }

    [Fact]
    public async Task Keys_survive_a_restart_and_the_command_line_sees_them()
    {
        var data = Directory.CreateTempSubdirectory("sutazai-");
        CreatedKey key;
        await using (var host = await ServiceHost.StartAsync(IdentityService.Module, "--data", data.FullName))
        {
            using var http = Client(host);
            key = await CreateAsync(http, new CreateKey("kept", [Scopes.ReadAgents]));
        }

        using (var commands = new KeyCommands(data.FullName))
        {
            Assert.Equal([key.Id], (await commands.ListAsync(Cancelled)).Items.Select(k => k.Id));
        }

        await using (var host = await ServiceHost.StartAsync(IdentityService.Module, "--data", data.FullName))
        {
            using var http = Client(host);
            Assert.Equal(key.Id, (await FindAsync(http, key.Key))!.Id);
        }

        data.Delete(recursive: true);
    }

    [Fact]
    public async Task Two_who_make_the_first_key_at_once_both_succeed()
    {
        await using var host = await ServiceHost.StartAsync(IdentityService.Module);
        using var http = Client(host);
        using var commands = new KeyCommands(host.Data);

        var made = await Task.WhenAll(
            CreateAsync(http, new CreateKey("http", [Scopes.ReadAgents])),
            commands.CreateAsync(new CreateKey("command line", [Scopes.ReadAgents]), Cancelled));

        Assert.All(await Task.WhenAll(made.Select(k => FindAsync(http, k.Key))), Assert.NotNull);
    }

    private static HttpClient Client(ServiceHost host)
    {
        var http = host.ClientOf(Caller.Local);
        http.BaseAddress = new Uri(host.Internal, "identity/");
        return http;
    }

    private static async Task<CreatedKey> CreateAsync(HttpClient http, CreateKey request)
    {
        using var response = await http.PostAsJsonAsync("keys", request, SutazaiJson.Options, Cancelled);
        Assert.True((int)response.StatusCode == 201, await response.Content.ReadAsStringAsync(Cancelled));
        return (await response.Content.ReadFromJsonAsync<CreatedKey>(SutazaiJson.Options, Cancelled))!;
    }

    private static Task<ApiKey?> FindAsync(HttpClient http, string key) =>
        new IdentityClient(http).FindAsync(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), Cancelled);
}
