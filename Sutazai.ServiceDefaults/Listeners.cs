using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Sutazai;

/// <summary>
/// Where this process listens. A process with a public surface has a public listener (<c>urls</c>, default
/// <c>http://localhost:8080</c>) and an internal one (<c>Internal:Url</c>, default a free loopback port); any other has only the internal
/// one, at <c>urls</c>.
/// </summary>
public sealed class Listeners
{
    private static readonly object s_internalKey = new();

    private readonly List<(ListenOptions Options, BindingAddress Address)> _public = [];
    private readonly IConfiguration _configuration;
    private (ListenOptions Options, BindingAddress Address)? _internal;

    private Listeners(IConfiguration configuration) => _configuration = configuration;

    /// <summary>Public addresses, once the server has started.</summary>
    public IReadOnlyList<Uri> Public => [.. _public.Select(p => AddressOf(p.Options, p.Address, p.Address.Host))];

    /// <summary>Where this process itself reaches its internal listener, once the server has started.</summary>
    public Uri Internal => _internal is var (options, address)
        ? AddressOf(options, address, IsAny(address.Host) ? "127.0.0.1" : address.Host)
        : throw new InvalidOperationException("The server has not started.");

    /// <summary>Where other processes reach it: <c>Internal:Advertise</c>, or the machine's name where it listens on every address.</summary>
    public Uri Advertised => _configuration["Internal:Advertise"] is { } configured
        ? new Uri(configured)
        : _internal is var (options, address) && IsAny(address.Host) ? AddressOf(options, address, Dns.GetHostName()) : Internal;

    /// <summary>Whether only this machine reaches the public listener.</summary>
    public bool PublicIsLoopback => _public.TrueForAll(p =>
        p.Address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(p.Address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)));

    internal static bool IsInternal(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(s_internalKey) == true;

    internal static void Add(WebApplicationBuilder builder, bool hasPublicSurface)
    {
        var listeners = new Listeners(builder.Configuration);
        var urls = Urls(builder.Configuration);
        string[] open = hasPublicSurface ? urls ?? ["http://localhost:8080"] : [];
        var inside = builder.Configuration["Internal:Url"] ?? (hasPublicSurface ? null : urls?[0]) ?? "http://127.0.0.1:0";

        builder.Services.AddSingleton(listeners);
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, null);
        builder.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, null);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            foreach (var url in open)
            {
                var address = BindingAddress.Parse(url);
                Listen(kestrel, address, options => listeners._public.Add((options, address)));
            }

            var internalAddress = BindingAddress.Parse(inside);
            Listen(kestrel, internalAddress, options =>
            {
                listeners._internal = (options, internalAddress);
                options.Use(next => connection =>
                {
                    connection.Items[s_internalKey] = true;
                    return next(connection);
                });
            });
        });
    }

    /// <summary>The largest request body where an endpoint does not say otherwise.</summary>
    public const long MaxBodyBytes = 10L << 20;

    private static string[]? Urls(ConfigurationManager configuration)
    {
        if (configuration["urls"] is { Length: > 0 } urls)
        {
            return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }

        return configuration["http_ports"] is { Length: > 0 } ports
            ? [.. ports.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(port => $"http://*:{port}")]
            : null;
    }

    private static void Listen(KestrelServerOptions kestrel, BindingAddress address, Action<ListenOptions> configure)
    {
        void Configure(ListenOptions options)
        {
            configure(options);
            if (address.Scheme == Uri.UriSchemeHttps)
            {
                options.UseHttps();
            }
        }

        if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            // ListenLocalhost binds IPv4 and IPv6, which no single free port can promise.
            if (address.Port == 0)
            {
                kestrel.Listen(IPAddress.Loopback, 0, Configure);
            }
            else
            {
                kestrel.ListenLocalhost(address.Port, Configure);
            }
        }
        else if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
        {
            kestrel.Listen(ip, address.Port, Configure);
        }
        else
        {
            kestrel.ListenAnyIP(address.Port, Configure);
        }
    }

    private static bool IsAny(string host) =>
        !host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        && (!IPAddress.TryParse(host.Trim('[', ']'), out var ip) || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any));

    private static Uri AddressOf(ListenOptions options, BindingAddress address, string host)
    {
        // Kestrel writes the port that it got for port 0 back into the options.
        var port = address.Port != 0 ? address.Port : options.IPEndPoint!.Port;
        return new UriBuilder(address.Scheme, IsAny(host) && !host.Contains('.', StringComparison.Ordinal) && host is "*" or "+" ? "localhost" : host, port).Uri;
    }
}
