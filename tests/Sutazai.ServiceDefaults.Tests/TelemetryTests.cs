using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Sutazai.Testing;

namespace Sutazai.Tests;

public class TelemetryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_counts_what_is_its_own_and_goes_on_when_another_in_its_process_ends()
    {
        await using var first = await ServiceHost.StartAsync(new ServiceModule("first", _ => { }, _ => { }));
        await using (var second = await ServiceHost.StartAsync(new ServiceModule("second", _ => { }, _ => { })))
        {
            Count(first, 1);
            Count(second, 20);
            Assert.Equal(20, await CallsAsync(second));
        }

        Assert.Equal(1, await CallsAsync(first));
    }

    private static void Count(ServiceHost host, int calls) =>
        host.Services.GetRequiredService<IMeterFactory>().Create("Sutazai.Test").CreateCounter<int>("test_calls").Add(calls);

    private static async Task<int> CallsAsync(ServiceHost host)
    {
        using var http = host.ClientOf(Caller.Local);
        return int.Parse(Regex.Match(await http.GetStringAsync("metrics", Cancelled), @"^test_calls_total\{.*?\} (\d+)", RegexOptions.Multiline).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }
}
