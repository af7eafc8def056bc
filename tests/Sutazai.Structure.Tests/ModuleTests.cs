using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sutazai.Host;

namespace Sutazai.Structure.Tests;

/// <summary>Modules fit together whatever runs beside what.</summary>
public class ModuleTests
{
    /// <summary>Interfaces that one class implements today: the agents' own contract, and tables of which a second row is a line.</summary>
    private static readonly string[] s_singleOnPurpose = ["IAgent"];

    [Fact]
    public void A_services_name_is_kebab_case_and_its_own()
    {
        Assert.All(Modules.All, m => Assert.Matches("^[a-z]+(-[a-z]+)*$", m.Name));
        Assert.Distinct(Modules.All.Select(m => m.Name));
        Assert.DoesNotContain(Modules.All, m => m.Name is "health" or "metrics" or "api" or "v1" or "docs" or "openapi");
    }

    [Fact]
    public void Every_service_that_is_called_exists() =>
        Assert.Empty(Modules.All.SelectMany(m => m.Calls).Except(Modules.All.Select(m => m.Name)));

    [Fact]
    public void Only_the_gateway_is_public() =>
        Assert.Equal(["gateway"], Modules.All.Where(m => m.Public is not null).Select(m => m.Name));

    /// <summary>In one process a type registered by two services would be one's by chance.</summary>
    [Fact]
    public void No_two_services_register_the_same_type()
    {
        var shared = Registered(_ => { }).Concat(Registered(b => Modules.AgentGroups[0].Module.Add(b), onlyRuntime: true)).ToHashSet();
        var owners = Modules.All
            .SelectMany(m => Registered(m.Add).Where(t => !shared.Contains(t)).Distinct().Select(t => (Type: t, m.Name)))
            .GroupBy(o => o.Type)
            .Where(g => g.Count() > 1);

        Assert.Empty(owners.Select(o => $"{o.Key}: {string.Join(", ", o.Select(n => n.Name))}"));
    }

    [Fact]
    public void No_interface_has_one_implementation_only()
    {
        Assembly[] ours = [.. Modules.All.Select(m => m.Map.Method.Module.Assembly).Append(typeof(SutazaiApp).Assembly).Append(typeof(Clients.SutazaiJson).Assembly).Append(typeof(Sutazai.Agents.IAgent).Assembly).Append(typeof(Modules).Assembly).Distinct()];
        var types = ours.SelectMany(a => a.GetTypes()).ToList();

        Assert.Empty(types
            .Where(t => t.IsInterface && !s_singleOnPurpose.Contains(t.Name) && types.Count(c => c is { IsInterface: false, IsAbstract: false } && c.GetInterfaces().Any(i => (i.IsGenericType ? i.GetGenericTypeDefinition() : i) == t)) < 2)
            .Select(t => t.FullName));
    }

    /// <summary>Our own types that a module registers, those aside that the runtime shared by all agent groups brings.</summary>
    private static IEnumerable<Type> Registered(Action<IHostApplicationBuilder> add, bool onlyRuntime = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        add(builder);
        return builder.Services.Select(d => d.ServiceType)
            .Where(t => t.Assembly.GetName().Name!.StartsWith("Sutazai", StringComparison.Ordinal) && !t.ContainsGenericParameters)
            .Where(t => !onlyRuntime || t.Assembly == typeof(Sutazai.Agents.IAgent).Assembly || t.Assembly == typeof(Clients.SutazaiJson).Assembly)
            .Where(t => onlyRuntime || (t.Assembly != typeof(Clients.SutazaiJson).Assembly && t.Name != "RunningAgent"));
    }
}
