using System.Text.Json;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Calls;

/// <summary>What a call demands of its model, as far as that can be told before it is answered.</summary>
internal static class Demands
{
    /// <summary>Bytes of text that make a token, about.</summary>
    private const int BytesPerToken = 4;

    public static Demand Of(ChatCall call, CallTerms terms)
    {
        var characters = call.Messages.Sum(m => m.Content.Length + (m.ToolCalls?.Sum(c => c.Arguments.Length) ?? 0)) + (call.Prompt?.Text.Length ?? 0) + (call.Prompt?.System?.Length ?? 0);
        var tools = call.Tools?.Sum(t => t.Name.Length + (t.Description?.Length ?? 0) + (t.Parameters?.GetRawText().Length ?? 0)) ?? 0;
        var (prefix, length) = Prefix(call);
        return Of(call.Model, characters + tools, terms) with { MaxTokens = Most(call.Options), Prefix = prefix, PrefixTokens = (length + tools) / BytesPerToken };
    }

    public static Demand Of(EmbedCall call, CallTerms terms) => Of(call.Model, call.Inputs.Sum(i => i.Length), terms) with { MaxTokens = 0 };

    private static Demand Of(string model, int characters, CallTerms terms) =>
        new(model, terms.Tenant, (characters / BytesPerToken) + 1) { Batch = terms.Batch, Deadline = terms.Deadline };

    private static int? Most(JsonElement? options) =>
        CallOptions.Integer(options, "num_predict") is >= 0 and var tokens ? tokens : null;

    // What an agent says first, always the same: its instructions and its tools.
    private static (ulong? Prefix, int Length) Prefix(ChatCall call)
    {
        var system = call.Prompt is { } prompt ? prompt.System : call.Messages is [{ Role: "system" } first, ..] ? first.Content : null;
        if (system is null && call.Tools is null)
        {
            return (null, 0);
        }

        var hash = new HashCode();
        hash.Add(system);
        foreach (var tool in call.Tools ?? [])
        {
            hash.Add(tool.Name);
        }

        var length = system?.Length ?? 0;
        return (((ulong)(uint)hash.ToHashCode() << 32) | (uint)length, length);
    }
}
