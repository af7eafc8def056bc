using Microsoft.AspNetCore.Builder;

namespace Sutazai;

/// <summary>Runs any set of <see cref="ServiceModule"/>s in one process: one for a microservice, all for the single binary.</summary>
public static class SutazaiApp
{
    public static Task RunAsync(string[] args, params IReadOnlyList<ServiceModule> modules) =>
        Create(args, modules).RunAsync();

    public static WebApplication Create(string[] args, params IReadOnlyList<ServiceModule> modules)
    {
        var builder = WebApplication.CreateBuilder(args);
        foreach (var module in modules)
        {
            module.Add(builder);
        }

        var app = builder.Build();
        foreach (var module in modules)
        {
            module.Map(app.MapGroup($"/{module.Name}"));
        }

        return app;
    }
}
