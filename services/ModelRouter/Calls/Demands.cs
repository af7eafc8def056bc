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
        return Of(call.Model, characters + tools, terms) with { MaxTokens = Most(call.Options) };
    }

    public static Demand Of(EmbedCall call, CallTerms terms) => Of(call.Model, call.Inputs.Sum(i => i.Length), terms) with { MaxTokens = 0 };

    private static Demand Of(string model, int characters, CallTerms terms) =>
        new(model, terms.Tenant, (characters / BytesPerToken) + 1) { Batch = terms.Batch, Deadline = terms.Deadline };

    private static int? Most(JsonElement? options) =>
        options is { } given && given.TryGetProperty("num_predict", out var most) && most.TryGetInt32(out var tokens) && tokens >= 0 ? tokens : null;
}
