using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel.ChatCompletion;
using OllamaSharp;

namespace Sutazai.Agents;

/// <summary>The shared model, which agents reach only through the router.</summary>
public sealed class ModelAccess(HttpClient http) : IDisposable
{
    private readonly OllamaApiClient _client = new(http, "base-llm");

    /// <summary>The router as Semantic Kernel sees a model.</summary>
    public IChatCompletionService Chat => field ??= ((IChatClient)_client).AsChatCompletionService();

    /// <summary>The alias that the router resolves to the model of this tier.</summary>
    public static string Alias(ModelTier tier) => tier == ModelTier.Small ? "base-nlp" : "base-llm";

    public void Dispose() => _client.Dispose();
}
