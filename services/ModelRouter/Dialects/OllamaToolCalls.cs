using System.Security.Cryptography;
using System.Text.Json;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Tool calls in Ollama's form, where arguments are an object and not its text.</summary>
internal static class OllamaToolCalls
{
    private static readonly JsonElement s_none = JsonElement.Parse("{}");

    public static string NewId() => "call_" + RandomNumberGenerator.GetHexString(8, lowercase: true);

    /// <param name="newId">Makes the id of the call at an index that has none.</param>
    public static IReadOnlyList<ToolCall>? Read(IReadOnlyList<OllamaToolCall?>? calls, Func<int, string> newId) => calls is null or []
        ? null
        :
        [
            .. calls.Select((call, index) => new ToolCall(
                call?.Id is { Length: > 0 } id ? id : newId(index),
                call?.Function?.Name ?? "",
                call?.Function?.Arguments switch
                {
                    null => "{}",
                    { ValueKind: JsonValueKind.String } text => text.GetString()!,
                    { } arguments => arguments.GetRawText(),
                }))
        ];

    public static OllamaToolCall Write(ToolCall call, int index) => new()
    {
        Id = call.Id,
        Function = new OllamaFunctionCall { Index = index, Name = call.Name, Arguments = Arguments(call) ?? s_none },
    };

    /// <summary>The calls whose arguments are an object; Ollama shows a call that its parser cannot read as the text that the model wrote.</summary>
    public static (IReadOnlyList<OllamaToolCall?>? Calls, string Text) Split(IReadOnlyList<ToolCall>? calls)
    {
        if (calls is null)
        {
            return (null, "");
        }

        var readable = calls.Where(c => Arguments(c) is not null).Select(Write).ToArray();
        var text = string.Concat(calls.Where(c => Arguments(c) is null).Select(c => $$"""{"name": "{{c.Name}}", "arguments": {{c.Arguments}}}"""));
        return (readable is [] ? null : readable, text);
    }

    /// <summary>The arguments, or null where they are no JSON object, or one with text that is no Unicode.</summary>
    public static JsonElement? Arguments(ToolCall call)
    {
        if (string.IsNullOrWhiteSpace(call.Arguments))
        {
            return s_none;
        }

        try
        {
            var arguments = JsonElement.Parse(call.Arguments);
            return arguments.ValueKind == JsonValueKind.Object && JsonText.IsUnicode(arguments) ? arguments : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
