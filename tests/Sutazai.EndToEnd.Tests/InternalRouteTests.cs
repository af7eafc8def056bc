using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Sutazai.Host;
using Sutazai.Testing;

namespace Sutazai.EndToEnd.Tests;

/// <summary>Services' own routes answer only on the internal listener, and there only to who signs.</summary>
public class InternalRouteTests(SharedFleets fleets)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task No_internal_route_answers_on_the_public_port(Topology topology)
    {
        var fleet = await fleets[topology];
        foreach (var (method, path) in InternalRoutes(fleet.Fleet))
        {
            foreach (var variant in Variants(path))
            {
                // Raw, because a client would tidy the path.
                await using var connection = await RawConnection.OpenAsync(fleet.Fleet.Public, Cancelled);
                await connection.WriteAsync($"{method} {variant} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {fleet.Key}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", Cancelled);

                var answer = await connection.ReadToEndAsync(Cancelled);

                Assert.True(answer.StartsWith("HTTP/1.1 404", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal), $"{method} {variant}: {answer}");
            }
        }
    }

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task No_internal_route_answers_without_a_signed_identity(Topology topology)
    {
        var fleet = await fleets[topology];
        var signed = fleet.Fleet.Hosts.First().GetRequiredService<CallerIdentity>().Sign(Caller.Local);
        string?[] identities = [null, "", ".", "local", "garbage.garbage", signed[..^1], signed + "A", "A" + signed, signed.Split('.')[0], signed.Split('.')[0] + ".", new string('x', 5000)];
        foreach (var (method, path) in InternalRoutes(fleet.Fleet))
        {
            using var http = new HttpClient { BaseAddress = fleet.Fleet.InternalAddress(path.Split('/')[1]) };
            foreach (var identity in identities)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                request.Headers.TryAddWithoutValidation(CallerIdentity.Header, identity);

                using var response = await http.SendAsync(request, Cancelled);

                Assert.True(response.StatusCode == System.Net.HttpStatusCode.Unauthorized, $"{method} {path} with '{identity}' answers {(int)response.StatusCode}.");
            }
        }
    }

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task The_internal_listener_serves_no_public_route(Topology topology)
    {
        var fleet = await fleets[topology];
        using var http = new HttpClient(new SignedIdentity(fleet.Fleet.Hosts.First().GetRequiredService<CallerIdentity>(), Caller.Local)) { BaseAddress = fleet.Fleet.InternalAddress("gateway") };
        foreach (var path in (string[])["api/agents", "v1/models", "docs", "openapi/v1.json", ""])
        {
            using var response = await http.GetAsync(path, Cancelled);

            Assert.Equal(404, (int)response.StatusCode);
        }
    }

    /// <summary>A header that the gateway would add itself is not believed from outside.</summary>
    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task An_identity_from_outside_counts_for_nothing(Topology topology)
    {
        var fleet = await fleets[topology];
        var narrow = await fleet.Fleet.CreateKeyAsync(null, Clients.Scopes.ReadAgents);
        using var client = fleet.Fleet.ClientWithKey(narrow.Key);
        client.DefaultRequestHeaders.Add(CallerIdentity.Header, fleet.Fleet.Hosts.First().GetRequiredService<CallerIdentity>().Sign(Caller.Local));

        using var response = await client.PostAsync("api/agents/csv-profiler/ask", SharedFleet.Json("""{"input":"a,b\n1,2"}"""), Cancelled);

        await ProblemAssert.ReadAsync(response, 403, "forbidden", Cancelled);
    }

    private static List<(string Method, string Path)> InternalRoutes(Fleet fleet)
    {
        List<(string, string)> routes =
        [
            .. from host in fleet.Hosts
               from endpoint in host.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
               let path = "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => p is RoutePatternLiteralPart literal ? literal.Content : "x"))))
               where Modules.All.Any(m => path.StartsWith($"/{m.Name}/", StringComparison.Ordinal))
               from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
               select (method, path),
        ];
        Assert.True(routes.Count > 40, $"Only {routes.Count} internal routes were found.");
        return routes;
    }

    private static IEnumerable<string> Variants(string path)
    {
        var service = path.Split('/')[1];
        var rest = path[(service.Length + 1)..];
        yield return path;
        yield return path.ToUpperInvariant();
        yield return "/" + path;
        yield return "/." + path;
        yield return "/docs/.." + path;
        yield return "/api/%2e%2e" + path;
        yield return $"/%{(int)service[0]:x2}{service[1..]}{rest}";
        yield return $"/{service}%2f{rest.TrimStart('/')}";
        yield return $"/health/../{service}{rest}";
        yield return $"/health/%2e%2e/{service}{rest}";
    }
}
