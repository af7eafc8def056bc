using System.Text;
using System.Text.Json.Nodes;
using Sutazai.Testing.OllamaSimulator.Answers;
using Sutazai.Testing.OllamaSimulator.Formats;
using Sutazai.Testing.OllamaSimulator.Scheduling;

namespace Sutazai.Testing.OllamaSimulator.Api;

/// <summary>Takes a request for a model from its checks to the last byte of the answer, with the faults that strike it on the way.</summary>
internal sealed class ModelServer(OllamaSimulatorOptions settings, ScaledTime time, ModelScheduler scheduler, Inference inference, ScriptedAnswers script, FaultSwitches faults, RequestLog log)
{
    private const int TokensBeforeFault = 3;

    private static readonly HashSet<string> Paths = new(StringComparer.OrdinalIgnoreCase)
    {
        "/api/chat", "/api/generate", "/api/embed", "/api/embeddings", "/v1/chat/completions", "/v1/completions", "/v1/embeddings",
    };

    /// <summary>Whether a model answers what comes to a path.</summary>
    public static bool Serves(string path) => Paths.Contains(path);

    public async Task AnswerAsync(Exchange exchange, GenerationRequest request, AnswerFormat format, string task)
    {
        var began = time.Clock.GetTimestamp();
        exchange.Note(record => record with { Model = request.Model });
        var model = Find(request.Model, task);
        if (request.Messages.Count == 0 && request.KeepAlive == TimeSpan.Zero)
        {
            scheduler.Expire(model);
            await exchange.WriteAsync(200, format.Document(WholeAnswer.Empty(time.Now, "unload")), format.DocumentType);
            return;
        }

        CheckCapabilities(model, request, task);
        var scripted = request.Messages.Count == 0 ? null : script.Next(exchange.Path, request);
        var fault = Strike(exchange, request, scripted);
        if (Refuses(exchange, fault, scripted))
        {
            return;
        }

        using var lease = await AcquireAsync(exchange, model, request.Options, request.Shift, request.KeepAlive, fault);
        if (request.Messages.Count == 0)
        {
            await exchange.WriteAsync(200, format.Document(WholeAnswer.Empty(time.Now, "load")), format.DocumentType);
            return;
        }

        var turn = scripted ?? TurnWriter.Write(request, model.Can("thinking") && request.WantsThinking);
        turn = fault is null ? turn : FaultyTurn.Of(fault.Kind, turn, request);
        var parts = Spoiled(exchange, fault, inference.RunAsync(new InferenceWork(exchange.Number, request, model, turn, fault, began), lease, exchange.Aborted));
        await (request.Stream ? StreamAsync(exchange, fault, format, parts) : WholeAsync(exchange, fault, format, parts));
    }

    /// <summary>Vectors for texts; the first that is too long for the model is cut or refused.</summary>
    public async Task<EmbedResult?> EmbedAsync(Exchange exchange, EmbedWork work)
    {
        var began = time.Clock.GetTimestamp();
        exchange.Note(record => record with { Model = work.Model });
        var model = SimulatedModel.Find(settings.Models, work.Model) ?? throw work.WhenMissing;
        var fault = Strike(exchange, new GenerationRequest(work.Model, [.. work.Texts.Select(text => new ChatTurn("user", text))]), null);
        if (Refuses(exchange, fault, null))
        {
            return null;
        }

        using var lease = await AcquireAsync(exchange, model, work.Options, null, work.KeepAlive, fault);
        var loaded = time.Since(began, lease.LoadTime);
        if (work.Texts.Count == 0)
        {
            return new EmbedResult([], TimeSpan.Zero, TimeSpan.Zero, 0);
        }

        var counts = work.Texts.Select(Tokens.Count).ToList();
        var limit = Math.Min(lease.Runner.Options.NumCtx, model.ContextLength);
        if (!work.Truncate && counts.Exists(count => count > limit))
        {
            throw ApiException.BadRequest("the input length exceeds the context length");
        }

        var texts = work.Texts.Select((text, index) => counts[index] > limit ? string.Concat(Tokens.Split(text).Take(limit)) : text).ToList();
        var spent = await inference.EmbedAsync(exchange.Number, model, lease, texts, fault, exchange.Aborted);
        if (fault is { Kind: FaultKind.Truncated or FaultKind.InvalidLine })
        {
            await exchange.WriteTextAsync("{\"model\":\"" + work.Model + "\",\"embeddings\":[[0.1,", "application/json; charset=utf-8");
            return null;
        }

        var vectors = texts.Select(text => Embeddings.Shorten(Embeddings.Of(text, model.Dimensions), work.Dimensions)).ToList();
        return new EmbedResult(vectors, time.Since(began, lease.LoadTime + spent), loaded, counts.Sum(count => Math.Min(count, limit)));
    }

    /// <summary>Strikes requests that no model answers, where a fault names their path. True when the answer is given.</summary>
    public async Task<bool> StrikesOutsideAsync(Exchange exchange)
    {
        var fault = faults.Strike(exchange.Path, null);
        exchange.Note(record => record with { Fault = fault?.Kind });
        if (fault is { Kind: FaultKind.SlowFirstToken or FaultKind.Stall })
        {
            await time.RealDelayAsync(fault.Pause, exchange.Aborted);
            return false;
        }

        return Refuses(exchange, fault, null);
    }

    private Fault? Strike(Exchange exchange, GenerationRequest request, Turn? scripted)
    {
        var fault = scripted?.Fault is { } kind ? new Fault(kind) : faults.Strike(exchange.Path, request);
        exchange.Note(record => record with { Fault = fault?.Kind });
        return fault;
    }

    private SimulatedModel Find(string name, string task) =>
        name.Length == 0 && task == "chat" ? throw ApiException.BadRequest("model is required") : SimulatedModel.Find(settings.Models, name) ?? throw ApiException.NotFound(name);

    private static void CheckCapabilities(SimulatedModel model, GenerationRequest request, string task)
    {
        if (!model.Can("thinking") && request.Think is not null && request.WantsThinking)
        {
            throw ApiException.CannotDo(request.Model, "thinking");
        }

        if (!model.Can("completion"))
        {
            throw ApiException.CannotDo(request.Model, task);
        }

        if (request.Tools.Count > 0 && !model.Can("tools"))
        {
            throw ApiException.BadRequest($"registry.ollama.ai/library/{model.FullName} does not support tools");
        }

        if (request.Inserts && !model.Can("insert"))
        {
            throw ApiException.BadRequest($"registry.ollama.ai/library/{model.FullName} does not support insert");
        }
    }

    private static bool Refuses(Exchange exchange, Fault? fault, Turn? scripted)
    {
        if (scripted?.Error is { } error)
        {
            throw new ApiException(error.Status, error.Message);
        }

        switch (fault)
        {
            case { Kind: FaultKind.Busy }:
                throw fault.Message is { } busy ? new ApiException(503, busy) : ApiException.Busy();
            case { Kind: FaultKind.ServerError }:
                throw fault.Message is { } failed ? new ApiException(500, failed) : ApiException.RunnerStopped();
            case { Kind: FaultKind.Reset, AfterTokens: null or 0 }:
                exchange.Reset();
                return true;
            default:
                return false;
        }
    }

    private Task<Lease> AcquireAsync(Exchange exchange, SimulatedModel model, JsonObject options, bool? shift, TimeSpan? keepAlive, Fault? fault)
    {
        var lease = scheduler.AcquireAsync(
            model, RunnerOptions.From(options, shift, settings.ContextLength, model), keepAlive, fault?.Kind == FaultKind.LoadCrash, exchange.Aborted);
        return log.InLineAsync(exchange.Number, lease);
    }

    private static async Task StreamAsync(Exchange exchange, Fault? fault, AnswerFormat format, IAsyncEnumerable<AnswerPart> parts)
    {
        var broken = fault?.Kind == FaultKind.InvalidLine;
        var sent = 0;
        await foreach (var part in parts)
        {
            if (part is ErrorPart error && !exchange.Http.Response.HasStarted)
            {
                await exchange.WriteAsync(error.Status, format.Error(error.Status, error.Message));
                return;
            }

            if (broken && IsDue(fault!, sent, part))
            {
                broken = false;
                await exchange.SendAsync(format.BrokenFrame, format.StreamType);
            }

            sent++;
            foreach (var frame in format.Frames(part))
            {
                await exchange.SendAsync(frame, format.StreamType);
            }
        }

        // An answer cut off before its first piece is still a stream.
        if (!exchange.WasReset && !exchange.Http.Response.HasStarted)
        {
            exchange.Http.Response.ContentType = format.StreamType;
        }
    }

    private static async Task WholeAsync(Exchange exchange, Fault? fault, AnswerFormat format, IAsyncEnumerable<AnswerPart> parts)
    {
        var content = new StringBuilder();
        var thinking = new StringBuilder();
        List<ToolCall> calls = [];
        LastPart? last = null;
        await foreach (var part in parts)
        {
            switch (part)
            {
                case TextPart text:
                    content.Append(text.Content);
                    thinking.Append(text.Thinking);
                    break;
                case CallsPart called:
                    calls.AddRange(called.Calls);
                    break;
                case ErrorPart error:
                    await exchange.WriteAsync(error.Status, format.Error(error.Status, error.Message));
                    return;
                case LastPart end:
                    last = end;
                    break;
            }
        }

        if (exchange.WasReset)
        {
            return;
        }

        if (last is null || fault?.Kind == FaultKind.InvalidLine)
        {
            await exchange.WriteTextAsync(format.BrokenFrame, format.DocumentType);
            return;
        }

        await exchange.WriteAsync(200, format.Document(new WholeAnswer(last.At, content.ToString(), thinking.ToString(), calls, last.Reason, last.Metrics)), format.DocumentType);
    }

    // The pieces of an answer until a fault in mid-stream strikes.
    private async IAsyncEnumerable<AnswerPart> Spoiled(Exchange exchange, Fault? fault, IAsyncEnumerable<AnswerPart> parts)
    {
        var stalled = false;
        var sent = 0;
        await foreach (var part in parts)
        {
            switch (fault?.Kind)
            {
                case FaultKind.MidStreamError when IsDue(fault, sent, part):
                    yield return new ErrorPart(time.Now, 500, fault.Message ?? ApiException.RunnerStopped().Message);
                    yield break;
                case FaultKind.Truncated when IsDue(fault, sent, part):
                    yield break;
                case FaultKind.Reset when IsDue(fault, sent, part):
                    exchange.Reset();
                    yield break;
                case FaultKind.Stall when !stalled && IsDue(fault, sent, part):
                    stalled = true;
                    await time.RealDelayAsync(fault.Pause, exchange.Aborted);
                    break;
            }

            sent++;
            yield return part;
        }
    }

    private static bool IsDue(Fault fault, int sent, AnswerPart part) => sent >= (fault.AfterTokens ?? TokensBeforeFault) || part is not TextPart;
}

/// <summary>Texts to embed.</summary>
internal sealed record EmbedWork(string Model, IReadOnlyList<string> Texts, ApiException WhenMissing)
{
    public JsonObject Options { get; init; } = [];

    public TimeSpan? KeepAlive { get; init; }

    public bool Truncate { get; init; } = true;

    public int? Dimensions { get; init; }
}

internal sealed record EmbedResult(IReadOnlyList<float[]> Vectors, TimeSpan Total, TimeSpan Load, int Tokens);
