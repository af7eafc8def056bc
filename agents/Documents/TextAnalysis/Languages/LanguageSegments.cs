using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis.Languages;

/// <summary>
/// Cuts mixed text where its language changes: always at a change of script, within a script where the likeliest sequence of languages
/// (Viterbi) changes.
/// </summary>
internal static class LanguageSegments
{
    // What a change must win back, in tempered log likelihood: more within a sentence than between two.
    private const double SwitchWithin = 10;
    private const double SwitchBetween = 2.5;

    public static List<(TextSpan Span, string Language)> Cut(string text, CancellationToken cancellationToken)
    {
        var tokens = Tokenizer.Tokens(text, cancellationToken);
        var starts = Sentences.Split(text, cancellationToken).Select(s => s.Start).ToHashSet();
        List<(TextSpan Span, string Language)> segments = [];
        List<Token> run = [];
        var script = Script.None;
        foreach (var token in tokens)
        {
            var own = Scripts.Of(token.Of(text));
            if (own is Script.None)
            {
                continue;
            }

            if (own != script && !(own is Script.Han or Script.Kana && script is Script.Han or Script.Kana))
            {
                Flush(text, run, script, starts, segments, cancellationToken);
                run = [];
                script = own;
            }

            // Kana anywhere in the run makes it Japanese.
            script = own is Script.Kana ? Script.Kana : script;
            run.Add(token);
        }

        Flush(text, run, script, starts, segments, cancellationToken);
        return Merge(segments);
    }

    private static void Flush(
        string text, List<Token> run, Script script, HashSet<int> starts, List<(TextSpan, string)> segments, CancellationToken cancellationToken)
    {
        if (run is [])
        {
            return;
        }

        if (Scripts.OnlyLanguage(script) is { } only)
        {
            segments.Add((new(run[0].Start, run[^1].End), only));
            return;
        }

        var path = Path(text, run, ScriptModel.Of(script), starts, cancellationToken);
        for (var i = 0; i < run.Count; i++)
        {
            segments.Add((new(run[i].Start, run[i].End), path[i]));
        }
    }

    private static string[] Path(string text, List<Token> run, ScriptModel model, HashSet<int> starts, CancellationToken cancellationToken)
    {
        var languages = model.Languages.Count;
        var best = new double[languages];
        var from = new byte[run.Count, languages];
        var known = new int[languages];
        for (var i = 0; i < run.Count; i++)
        {
            if ((i & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var leader = (byte)Array.IndexOf(best, best.Max());
            var price = i == 0 || StartsSentence(run, i, starts) ? SwitchBetween : SwitchWithin;
            var entry = best[leader] - price;
            for (var language = 0; language < languages; language++)
            {
                var stays = best[language] >= entry;
                from[i, language] = stays ? (byte)language : leader;
                best[language] = stays ? best[language] : entry;
            }

            LanguageGuess.Weigh(model, run[i].Of(text), best, known);
        }

        var path = new string[run.Count];
        var at = Array.IndexOf(best, best.Max());
        for (var i = run.Count - 1; i >= 0; i--)
        {
            path[i] = model.Languages[at];
            at = from[i, at];
        }

        return path;
    }

    private static bool StartsSentence(List<Token> run, int index, HashSet<int> starts)
    {
        // A quote or bracket may stand before the sentence's first word.
        for (var at = run[index].Start; at >= Math.Max(run[index - 1].End, run[index].Start - 3); at--)
        {
            if (starts.Contains(at))
            {
                return true;
            }
        }

        return false;
    }

    private static List<(TextSpan Span, string Language)> Merge(List<(TextSpan Span, string Language)> segments)
    {
        List<(TextSpan Span, string Language)> merged = [];
        foreach (var segment in segments)
        {
            if (merged is [.., var last] && last.Language == segment.Language)
            {
                merged[^1] = (new(last.Span.Start, segment.Span.End), last.Language);
            }
            else
            {
                merged.Add(segment);
            }
        }

        return merged;
    }
}
