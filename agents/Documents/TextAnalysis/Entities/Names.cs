using System.Collections.Frozen;
using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis.Entities;

/// <summary>
/// People and organisations by what stands beside capitalised words: titles, first names, legal forms, kinds of institution. A bare
/// sequence of capitals is a guess, and none at all in German, where every noun has one.
/// </summary>
internal static class Names
{
    private const int MostWords = 6;

    private static readonly FrozenSet<string> s_titles = Set(
        "mr mrs ms mx dr prof professor sir dame lord lady madam captain president chancellor minister senator judge king queen prince princess herr frau herrn doktor fräulein madame monsieur señor señora signor");

    private static readonly FrozenSet<string> s_legalForms = Set(
        "inc ltd llc llp plc corp corporation company co gmbh ag kg kgaa ohg ug se mbh sa sarl srl spa bv nv ab oy as aps pty limited incorporated e.v eg");

    private static readonly FrozenSet<string> s_kinds = Set(
        "university college institute bank foundation group holdings association agency ministry department committee council museum hospital airlines airways motors systems technologies technology software laboratories labs industries partners insurance pharmaceuticals universität hochschule institut sparkasse stiftung verein ministerium verlag klinik werke society union organization organisation authority commission");

    private static readonly FrozenSet<string> s_links = Set("of and the de van von der den di da la le du zu y e & für");

    private static readonly FrozenSet<string> s_firstNames =
        EmbeddedText.Read("Entities/Lists/first-names.txt").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    public static IEnumerable<Entity> Find(Reading reading, CancellationToken cancellationToken)
    {
        for (var sentence = 0; sentence < reading.Sentences.Count; sentence++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (from, to) = reading.TokensOf(sentence);
            for (var at = from; at < to;)
            {
                if (!IsCapitalised(reading, at))
                {
                    at++;
                    continue;
                }

                var end = EndOfSequence(reading, at, to);
                if (Judge(reading, from, at, end) is { } entity)
                {
                    yield return entity;
                }

                at = Math.Max(end, at + 1);
            }
        }
    }

    private static string Word(Reading reading, int token) => reading.Tokens[token].Of(reading.Text).ToString();

    private static bool IsCapitalised(Reading reading, int token) =>
        reading.Tokens[token] is { Kind: TokenKind.Word } word && char.IsUpper(reading.Text[word.Start]);

    /// <summary>Capitalised words side by side, with small links between ("Bank of England", "Ludwig van Beethoven").</summary>
    private static int EndOfSequence(Reading reading, int from, int to)
    {
        var end = from + 1;
        while (end < to && end - from < MostWords)
        {
            if (!Touches(reading, end - 1, end))
            {
                break;
            }

            if (IsCapitalised(reading, end) || IsLegalForm(reading, end))
            {
                end++;
            }
            else if (s_links.Contains(Word(reading, end)) && end + 1 < to && IsCapitalised(reading, end + 1) && Touches(reading, end, end + 1))
            {
                end += 2;
            }
            else
            {
                break;
            }
        }

        return end;
    }

    private static bool IsLegalForm(Reading reading, int token) => s_legalForms.Contains(Word(reading, token)) && Word(reading, token) is not ("as" or "se" or "co" or "sa" or "ab");

    private static bool Touches(Reading reading, int left, int right) =>
        reading.Text.AsSpan()[reading.Tokens[left].End..reading.Tokens[right].Start] switch
        {
            " " or " & " or "&" or "\u00A0" => true,
            ". " or "." => Word(reading, left) is { Length: 1 } || s_titles.Contains(Word(reading, left)),
            ", " => IsLegalForm(reading, right) && !char.IsLower(Word(reading, right)[0]),
            _ => false,
        };

    private static Entity? Judge(Reading reading, int sentence, int from, int end)
    {
        // A sentence's first word has its capital anyway: drop "The", "In", "Yesterday" before a name.
        while (end - from > 1 && IsGrammar(reading, from))
        {
            from++;
        }

        if (IsGrammar(reading, from) || Dates.IsMonth(Word(reading, from)))
        {
            return null;
        }

        for (var i = from + 1; i < end; i++)
        {
            if (s_legalForms.Contains(Word(reading, i)) && IsFormWord(Word(reading, i)))
            {
                return Made(reading, from, i + 1, EntityType.Organisation, 0.9);
            }
        }

        if (Enumerable.Range(from, end - from).Any(i => s_kinds.Contains(Word(reading, i))) && end - from > 1)
        {
            return Made(reading, from, end, EntityType.Organisation, 0.8);
        }

        var name = from;
        while (name < end && s_titles.Contains(Word(reading, name)))
        {
            name++;
        }

        if (name > from && name < end)
        {
            return Made(reading, name, Math.Min(end, name + 4), EntityType.Person, 0.9);
        }

        return Bare(reading, sentence, from, end);
    }

    private static Entity? Bare(Reading reading, int sentence, int from, int end)
    {
        var words = end - from;
        if (words is < 2 or > 4)
        {
            return null;
        }

        if (s_firstNames.Contains(Word(reading, from)) && Word(reading, from + 1).Length > 1 is var full)
        {
            return Made(reading, from, end, EntityType.Person, full ? 0.85 : 0.8);
        }

        if (Word(reading, from).Length == 1)
        {
            return Made(reading, from, end, EntityType.Person, 0.6);
        }

        if (reading.Language == "de" || from == sentence || Enumerable.Range(from, words).Any(i => Dates.IsMonth(Word(reading, i))))
        {
            return null;
        }

        return Made(reading, from, end, words <= 3 && !Word(reading, from).Any(char.IsDigit) ? EntityType.Person : EntityType.Organisation, 0.4);
    }

    private static bool IsFormWord(string word) => char.IsUpper(word[0]) || word is "plc" or "e.V" or "mbH";

    private static bool IsGrammar(Reading reading, int token)
    {
        var word = Word(reading, token).ToLowerInvariant();
        return StopWords.Of("en").Contains(word) || StopWords.Of("de").Contains(word) || word is "yesterday" or "today" or "tomorrow" or "dear" or "hello" or "hi" or "lieber" or "liebe"
            or "call" or "contact" or "ask" or "meet" or "visit" or "email" or "join" or "thank" or "write" or "read" or "pay";
    }

    private static Entity Made(Reading reading, int from, int end, EntityType type, double confidence)
    {
        var span = new TextSpan(reading.Tokens[from].Start, reading.Tokens[end - 1].End);
        var text = reading.Text[span.Start..span.End];
        return new(text, type, span, string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), confidence);
    }

    private static FrozenSet<string> Set(string words) => words.Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
