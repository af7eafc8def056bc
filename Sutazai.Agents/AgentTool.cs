using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using Sutazai.Clients;

namespace Sutazai.Agents;

/// <summary>One tool of an agent: a method with its schema, its binding from JSON and its invocation.</summary>
public sealed class AgentTool
{
    private readonly MethodInfo _method;
    private readonly ParameterInfo[] _parameters;

    private AgentTool(MethodInfo method)
    {
        _method = method;
        _parameters = method.GetParameters();
        Name = method.GetCustomAttribute<KernelFunctionAttribute>()!.Name
            ?? throw new InvalidOperationException($"{method.DeclaringType}.{method.Name} has no tool name: write [KernelFunction(\"name\")].");
        Description = method.GetCustomAttribute<DescriptionAttribute>()?.Description
            ?? throw new InvalidOperationException($"{method.DeclaringType}.{method.Name} has no [Description].");
        Parameters = [.. _parameters.Where(p => p.ParameterType != typeof(CancellationToken)).Select(p => new ToolParameter(p))];
        Schema = AIJsonUtilities.CreateFunctionJsonSchema(
            method, title: "", description: "", SutazaiJson.Options, new AIJsonSchemaCreateOptions
            {
                IncludeParameter = p => p.ParameterType != typeof(CancellationToken),
                TransformSchemaNode = DescribeArtifact,
            });
        Examples = [.. method.GetCustomAttributes<ToolExampleAttribute>()];
    }

    public string Name { get; }

    public string Description { get; }

    public IReadOnlyList<ToolParameter> Parameters { get; }

    public IReadOnlyList<ToolExampleAttribute> Examples { get; }

    /// <summary>JSON Schema of the arguments object.</summary>
    public JsonElement Schema { get; }

    /// <summary>The tools of an agent's type, in the order they are written.</summary>
    public static IReadOnlyList<AgentTool> Of(Type agent) =>
    [
        .. agent.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
            .Where(m => m.GetCustomAttribute<KernelFunctionAttribute>() is not null)
            .OrderBy(m => m.MetadataToken)
            .Select(m => new AgentTool(m))
    ];

    /// <summary>Turns a call's JSON into the method's arguments.</summary>
    /// <exception cref="InvalidInputException">A member is unknown, missing, of the wrong shape, or names no artifact.</exception>
    public async ValueTask<object?[]> BindAsync(JsonElement arguments, IArtifactSource artifacts, CancellationToken cancellationToken)
    {
        if (arguments.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidInputException($"The arguments of '{Name}' are a JSON object with {Listed()}.");
        }

        try
        {
            var resolved = await ResolveAsync(arguments, artifacts, cancellationToken);
            ArtifactJsonConverter.t_resolved = resolved;
            return Bind(arguments, cancellationToken);
        }
        catch (InvalidOperationException e)
        {
            // What the JSON reader throws for "\ud800", an escape that is half a character.
            throw new InvalidInputException($"The arguments of '{Name}' hold text that is not valid Unicode.", e);
        }
        finally
        {
            ArtifactJsonConverter.t_resolved = null;
        }
    }

    /// <summary>Runs the tool on bound arguments.</summary>
    /// <returns>The tool's result, which serializes to JSON with <see cref="SutazaiJson.Options"/>.</returns>
    public async Task<object?> InvokeAsync(object target, object?[] arguments, CancellationToken cancellationToken)
    {
        var result = _method.Invoke(_method.IsStatic ? null : target, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
        var value = result switch
        {
            Task task => await Unwrap(task),
            ValueTask plain => await Unwrap(plain.AsTask()),
            { } other when other.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>) =>
                await Unwrap((Task)type.GetMethod(nameof(ValueTask<int>.AsTask))!.Invoke(other, null)!),
            _ => result,
        };
        cancellationToken.ThrowIfCancellationRequested();
        return value;
    }

    private static async Task<object?> Unwrap(Task task)
    {
        await task;
        return task.GetType().GetProperty("Result") is { } result && result.PropertyType.Name != "VoidTaskResult" ? result.GetValue(task) : null;
    }

    private static async ValueTask<Dictionary<string, Artifact>?> ResolveAsync(
        JsonElement arguments, IArtifactSource artifacts, CancellationToken cancellationToken)
    {
        Dictionary<string, Artifact>? resolved = null;
        foreach (var reference in Strings(arguments).Where(artifacts.Recognises))
        {
            resolved ??= [];
            if (!resolved.ContainsKey(reference))
            {
                resolved[reference] = await artifacts.FindAsync(reference, cancellationToken)
                    ?? throw new InvalidInputException($"There is no artifact '{reference}', or it has expired. Upload it with POST /api/artifacts.");
            }
        }

        return resolved;
    }

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Strings(p.Value)),
        _ => [],
    };

    private static JsonNode DescribeArtifact(AIJsonSchemaCreateContext context, JsonNode schema)
    {
        if (context.TypeInfo.Type != typeof(Artifact))
        {
            return schema;
        }

        var said = (schema as JsonObject)?["description"]?.GetValue<string>() ?? context.GetCustomAttribute<DescriptionAttribute>()?.Description;
        return new JsonObject
        {
            ["type"] = "string",
            ["description"] = string.Join(' ', new[] { said, "An artifact id, or the content itself." }.OfType<string>()),
        };
    }

    private object?[] Bind(JsonElement arguments, CancellationToken cancellationToken)
    {
        List<string> problems = [];
        Dictionary<string, JsonElement> given = new(StringComparer.OrdinalIgnoreCase);
        foreach (var member in arguments.EnumerateObject())
        {
            if (!Parameters.Any(p => p.Name.Equals(member.Name, StringComparison.OrdinalIgnoreCase)))
            {
                problems.Add($"unknown member '{member.Name}'");
            }

            given[member.Name] = member.Value;
        }

        var bound = new object?[_parameters.Length];
        for (var i = 0; i < _parameters.Length; i++)
        {
            var parameter = _parameters[i];
            if (parameter.ParameterType == typeof(CancellationToken))
            {
                bound[i] = cancellationToken;
            }
            else if (given.TryGetValue(parameter.Name!, out var value) && (value.ValueKind != JsonValueKind.Null || !parameter.HasDefaultValue))
            {
                bound[i] = Read(parameter, value, problems);
            }
            else if (parameter.HasDefaultValue)
            {
                bound[i] = parameter.DefaultValue;
            }
            else
            {
                problems.Add($"'{parameter.Name}' is missing");
            }
        }

        return problems is [] ? bound : throw new InvalidInputException($"'{Name}' was called with {string.Join("; ", problems)}. It takes {Listed()}.");
    }

    private static object? Read(ParameterInfo parameter, JsonElement value, List<string> problems)
    {
        try
        {
            return value.Deserialize(parameter.ParameterType, SutazaiJson.Options) switch
            {
                null when !new ToolParameter(parameter).Nullable => Problem("null"),
                var read => read,
            };
        }
        catch (JsonException e)
        {
            return Problem(Short(e));
        }
        catch (NotSupportedException e)
        {
            return Problem(e.Message);
        }

        object? Problem(string what)
        {
            problems.Add($"'{parameter.Name}' that cannot be read ({what})");
            return null;
        }

        static string Short(JsonException e) => e.Message.Split(" Path:", 2)[0].TrimEnd('.') + (e.Path is null or "$" ? "" : $" at {e.Path}");
    }

    private string Listed() => Parameters is []
        ? "no members"
        : string.Join(", ", Parameters.Select(p => p.Required ? $"'{p.Name}'" : $"'{p.Name}' (optional)"));
}

/// <summary>One parameter of a tool.</summary>
public sealed class ToolParameter
{
    private static readonly NullabilityInfoContext s_nullability = new();

    internal ToolParameter(ParameterInfo parameter)
    {
        Name = parameter.Name!;
        Type = parameter.ParameterType;
        Required = !parameter.HasDefaultValue;
        lock (s_nullability)
        {
            Nullable = s_nullability.Create(parameter).WriteState == NullabilityState.Nullable;
        }
    }

    public string Name { get; }

    public Type Type { get; }

    public bool Required { get; }

    public bool Nullable { get; }

    /// <summary>Takes a file, or its content as text.</summary>
    public bool IsArtifact => Type == typeof(Artifact);

    /// <summary>Takes any number of files.</summary>
    public bool IsArtifactList => Type.IsAssignableFrom(typeof(Artifact[])) && Type != typeof(object);
}
