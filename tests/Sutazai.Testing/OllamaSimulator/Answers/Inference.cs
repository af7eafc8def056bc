using System.Runtime.CompilerServices;
using System.Text;
using Sutazai.Testing.OllamaSimulator.Scheduling;

namespace Sutazai.Testing.OllamaSimulator.Answers;

/// <summary>Work for a model: a request that was let in, with its answer chosen when it came.</summary>
internal sealed record InferenceWork(int Number, GenerationRequest Request, SimulatedModel Model, Turn Turn, Fault? Fault, long Began);

/// <summary>Runs models at the speed of their profiles; models that run at the same time share the machine.</summary>
internal sealed class Inference(ScaledTime time, RequestLog log)
{
    // Prompts are evaluated in batches, between which another model may have begun or ended.
    private const int PrefillBatch = 64;

    private int _running;

    public async IAsyncEnumerable<AnswerPart> RunAsync(InferenceWork work, Lease lease, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var loaded = time.Since(work.Began, lease.LoadTime);
        var prompt = work.Request.Prompt;
        var slot = await log.InLineAsync(work.Number, lease.Runner.Slots.EnterAsync(prompt, cancellationToken));
        Interlocked.Increment(ref _running);
        try
        {
            log.Update(work.Number, record => record with { Phase = RequestPhase.Prefill, StartedAt = time.Now });
            var pace = new Pace(time);
            var prefill = await PrefillAsync(prompt[slot.SharedPrefix(prompt)..], work.Model.Speed.PrefillTokensPerSecond, pace, cancellationToken);
            slot.Evaluated = prompt;
            if (work.Fault is { Kind: FaultKind.SlowFirstToken } slow)
            {
                await time.RealDelayAsync(slow.Pause, cancellationToken);
            }

            log.Update(work.Number, record => record with { Phase = RequestPhase.Generating, FirstTokenAt = time.Now });
            var budget = new Budget(work.Request.TokenLimit);
            var generation = TimeSpan.Zero;
            var said = new StringBuilder();
            foreach (var (piece, isThinking) in Pieces(work))
            {
                if (!budget.Spend())
                {
                    break;
                }

                generation += await TokenAsync(work, pace, cancellationToken);
                said.Append(piece);
                log.Update(work.Number, record => record with { GeneratedTokens = budget.Spent });
                yield return new TextPart(time.Now, isThinking ? "" : piece, isThinking ? piece : "");
            }

            if (work.Turn.Calls.Count > 0 && !budget.RanOut)
            {
                var written = string.Concat(work.Turn.Calls.Select(call => call.Name + call.ArgumentsText));
                foreach (var _ in Tokens.Split(written).TakeWhile(_ => budget.Spend()))
                {
                    generation += await TokenAsync(work, pace, cancellationToken);
                }

                log.Update(work.Number, record => record with { GeneratedTokens = budget.Spent });
                if (!budget.RanOut)
                {
                    said.Append(written);
                    yield return new CallsPart(time.Now, work.Turn.Calls);
                }
            }

            slot.Evaluated = prompt + said;
            var total = time.Since(work.Began, lease.LoadTime + prefill + generation);
            var promptTokens = Math.Min(Tokens.Count(prompt), lease.Runner.Options.NumCtx);
            yield return new LastPart(time.Now, budget.RanOut ? "length" : "stop", new Metrics(total, loaded, promptTokens, prefill, budget.Spent, generation));
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            lease.Runner.Slots.Leave(slot);
        }
    }

    /// <summary>Time to read texts in order to embed them.</summary>
    public async Task<TimeSpan> EmbedAsync(int number, SimulatedModel model, Lease lease, IReadOnlyList<string> texts, Fault? fault, CancellationToken cancellationToken)
    {
        var slot = await log.InLineAsync(number, lease.Runner.Slots.EnterAsync("", cancellationToken));
        Interlocked.Increment(ref _running);
        try
        {
            log.Update(number, record => record with { Phase = RequestPhase.Prefill, StartedAt = time.Now });
            if (fault is { Kind: FaultKind.SlowFirstToken or FaultKind.Stall })
            {
                await time.RealDelayAsync(fault.Pause, cancellationToken);
            }

            var pace = new Pace(time);
            var spent = TimeSpan.Zero;
            foreach (var text in texts)
            {
                spent += await PrefillAsync(text, model.Speed.PrefillTokensPerSecond, pace, cancellationToken);
            }

            return spent;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            lease.Runner.Slots.Leave(slot);
        }
    }

    private async Task<TimeSpan> PrefillAsync(string text, double tokensPerSecond, Pace pace, CancellationToken cancellationToken)
    {
        var spent = TimeSpan.Zero;
        for (var left = Tokens.Count(text); left > 0; left -= PrefillBatch)
        {
            var cost = Shared(Math.Min(left, PrefillBatch) / tokensPerSecond);
            await pace.SpendAsync(cost, cancellationToken);
            spent += cost;
        }

        return spent;
    }

    private async Task<TimeSpan> TokenAsync(InferenceWork work, Pace pace, CancellationToken cancellationToken)
    {
        var cost = Shared(1 / work.Model.Speed.GenerationTokensPerSecond);
        await pace.SpendAsync(cost, cancellationToken);
        return cost;
    }

    private TimeSpan Shared(double seconds) => TimeSpan.FromSeconds(seconds * Math.Max(1, Volatile.Read(ref _running)));

    private static IEnumerable<(string Piece, bool IsThinking)> Pieces(InferenceWork work)
    {
        var thinking = work.Request.WantsThinking && work.Model.Can("thinking") ? work.Turn.Thinking ?? "" : "";
        var text = work.Turn.Text ?? "";
        var end = work.Request.Stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(text.Length).Min();
        return Tokens.Split(thinking).Select(piece => (piece, true)).Concat(Tokens.Split(text[..end]).Select(piece => (piece, false)));
    }

    /// <summary>How many tokens may still be generated.</summary>
    private sealed class Budget(int? limit)
    {
        public int Spent { get; private set; }

        public bool RanOut { get; private set; }

        public bool Spend()
        {
            if (limit is { } most && Spent >= most)
            {
                RanOut = true;
                return false;
            }

            Spent++;
            return true;
        }
    }
}
