using System.Buffers.Text;
using System.Text.Json;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Turns the bodies of Ollama's API into calls, or says what is wrong with them.</summary>
internal static class OllamaRequests
{
    private static readonly string[] s_roles = ["system", "user", "assistant", "tool"];

    public static ChatCall Call(OllamaChatRequest request) => Call(request, Tools(request.Tools));

    public static ChatCall Call(OllamaGenerateRequest request) => new()
    {
        Model = Model(request.Model),
        Prompt = new CompletionPrompt(request.Prompt ?? "")
        {
            System = request.System,
            Suffix = request.Suffix,
            Template = request.Template,
            Raw = request.Raw,
            Context = request.Context is null or { ValueKind: JsonValueKind.Array } ? request.Context : throw Wrong("context", "a list of numbers"),
            Images = Images(request.Images, "images"),
        },
        Format = Format(request.Format),
        Options = Object(request.Options, "options"),
        Think = Think(request.Think),
        KeepAlive = KeepAlive(request.KeepAlive),
        Stream = request.Stream ?? true,
        Truncate = request.Truncate,
        Shift = request.Shift,
        Logprobs = request.Logprobs,
        TopLogprobs = TopLogprobs(request.TopLogprobs),
    };

    public static EmbedCall Call(OllamaEmbedRequest request, bool unscaled) => new()
    {
        Model = Model(request.Model),
        Inputs = unscaled ? Inputs(request.Prompt) : Inputs(request.Input),
        Unscaled = unscaled,
        Truncate = request.Truncate,
        Dimensions = request.Dimensions is null or > 0 ? request.Dimensions : throw Wrong("dimensions", "greater than zero"),
        Options = Object(request.Options, "options"),
        KeepAlive = KeepAlive(request.KeepAlive),
    };

    public static string Model(string? model) => string.IsNullOrWhiteSpace(model) ? throw ModelException.Invalid("model is required") : model;

    /// <summary>A text or a list of texts.</summary>
    public static IReadOnlyList<string> Inputs(JsonElement? input) => input switch
    {
        null => [],
        { ValueKind: JsonValueKind.String } one => Inputs(one.GetString()),
        { ValueKind: JsonValueKind.Array } list =>
        [
            .. list.EnumerateArray().Select(t => t.ValueKind == JsonValueKind.String ? t.GetString()! : throw Wrong("input", "a text or a list of texts"))
        ],
        _ => throw Wrong("input", "a text or a list of texts"),
    };

    private static IReadOnlyList<string> Inputs(string? text) => text is { Length: > 0 } ? [text] : [];

    /// <summary>Function tools; kinds that only OpenAI's own servers run are left out.</summary>
    public static IReadOnlyList<ToolSpec>? Tools(IReadOnlyList<ToolWire?>? tools)
    {
        if (tools is null or [])
        {
            return null;
        }

        List<ToolSpec> specs = [];
        for (var i = 0; i < tools.Count; i++)
        {
            if (tools[i] is { Type: not (null or "function") })
            {
                continue;
            }

            if (tools[i]?.Function is not { Name: { Length: > 0 } name } function)
            {
                throw ModelException.Invalid($"'tools[{i}].function.name' is required");
            }

            specs.Add(new ToolSpec(name, function.Description, Object(function.Parameters, $"tools[{i}].function.parameters")));
        }

        return specs;
    }

    /// <summary>OpenAI's <c>tool_choice</c>, which Ollama's API does not have and is taken there too.</summary>
    public static JsonElement? ToolChoice(JsonElement? choice, IReadOnlyList<ToolSpec>? tools)
    {
        switch (choice)
        {
            case null:
                return null;
            case { ValueKind: JsonValueKind.String } word when word.ValueEquals("auto") || word.ValueEquals("none"):
                return word;
            case { ValueKind: JsonValueKind.String } word when word.ValueEquals("required"):
                return tools is { Count: > 0 } ? word : throw ModelException.Invalid("'tool_choice' is \"required\", and the request has no tools");
            case { ValueKind: JsonValueKind.Object } one
                when one.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object
                    && function.TryGetProperty("name", out var named) && named.ValueKind == JsonValueKind.String:
                var name = named.GetString()!;
                var names = tools?.Select(t => t.Name).ToArray() ?? [];
                return names.Contains(name)
                    ? one
                    : throw Wrong("tool_choice.function.name", $"the name of one of the request's tools.{NearNames.DidYouMean(name, names)}".TrimEnd('.'));
            default:
                throw Wrong("tool_choice", "\"auto\", \"none\", \"required\" or a function by name");
        }
    }

    public static int? TopLogprobs(int? count) => count is null or (>= 0 and <= 20) ? count : throw Wrong("top_logprobs", "from 0 to 20");

    public static TimeSpan? KeepAlive(JsonElement? keepAlive) => keepAlive switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } seconds => Lasting(seconds.GetDouble()),
        { ValueKind: JsonValueKind.String } text when GoDuration.Seconds(text.GetString()) is { } seconds => Lasting(seconds),
        _ => throw Wrong("keep_alive", "a duration such as \"5m\", or a number of seconds"),
    };

    // A negative one is for good, and one that no clock will see the end of too.
    private static TimeSpan Lasting(double seconds) => seconds is >= 0 and < int.MaxValue ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan;

    public static JsonElement? Object(JsonElement? value, string name) =>
        value is null or { ValueKind: JsonValueKind.Object } ? value : throw Wrong(name, "an object");

    public static ModelException Wrong(string name, string expected) => ModelException.Invalid($"'{name}' must be {expected}");

    public static string Role(string? role, int index) => s_roles.Contains(role)
        ? role!
        : throw ModelException.Invalid($"'messages[{index}].role' is '{Problems.Shown(role ?? "")}'; expected one of {string.Join(", ", s_roles)}");

    private static ChatCall Call(OllamaChatRequest request, IReadOnlyList<ToolSpec>? tools) => new()
    {
        Model = Model(request.Model),
        Messages = [.. (request.Messages ?? []).Select(Message)],
        Tools = tools,
        ToolChoice = ToolChoice(request.ToolChoice, tools),
        Format = Format(request.Format),
        Options = Object(request.Options, "options"),
        Think = Think(request.Think),
        KeepAlive = KeepAlive(request.KeepAlive),
        Stream = request.Stream ?? true,
        Truncate = request.Truncate,
        Shift = request.Shift,
        Logprobs = request.Logprobs,
        TopLogprobs = TopLogprobs(request.TopLogprobs),
    };

    private static ChatMessage Message(OllamaMessage? message, int index)
    {
        if (message is null)
        {
            throw Wrong($"messages[{index}]", "an object");
        }

        var calls = OllamaToolCalls.Read(message.ToolCalls, call => $"call_{index}_{call}");
        if (calls?.FirstOrDefault(c => c.Name is "" || OllamaToolCalls.Arguments(c) is null) is not null)
        {
            throw Wrong($"messages[{index}].tool_calls", "calls with a name and an object of arguments");
        }

        return new ChatMessage(Role(message.Role, index), message.Content ?? "")
        {
            Thinking = message.Thinking,
            Images = Images(message.Images, $"messages[{index}].images"),
            ToolCalls = calls,
            ToolName = message.ToolName,
            ToolCallId = message.ToolCallId,
        };
    }

    private static IReadOnlyList<string>? Images(IReadOnlyList<string?>? images, string name) => images is null or []
        ? null
        : [.. images.Select((image, i) => image is not null && Base64.IsValid(image) ? image : throw Wrong($"{name}[{i}]", "a picture in base64"))];

    private static JsonElement? Format(JsonElement? format) => format switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } schema => SchemaCheck.Checked(schema, "format"),
        { ValueKind: JsonValueKind.String } text when text.ValueEquals("json") => text,
        { ValueKind: JsonValueKind.String } text when text.ValueEquals("") => null,
        _ => throw Wrong("format", "\"json\" or a JSON schema"),
    };

    private static JsonElement? Think(JsonElement? think) => think switch
    {
        null or { ValueKind: JsonValueKind.True or JsonValueKind.False } => think,
        { ValueKind: JsonValueKind.String } level when level.ValueEquals("low") || level.ValueEquals("medium") || level.ValueEquals("high") || level.ValueEquals("max") => level,
        _ => throw Wrong("think", "true, false, \"low\", \"medium\", \"high\" or \"max\""),
    };
}
