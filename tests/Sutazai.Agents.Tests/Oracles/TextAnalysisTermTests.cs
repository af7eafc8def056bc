using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using MathNet.Numerics.LinearAlgebra;

namespace Sutazai.Agents.Tests.Oracles;

/// <summary>Keywords and summaries against the papers' formulas written a second time.</summary>
public class TextAnalysisTermTests
{
    /// <summary>The abstract that Rose et al. (2010) work through in their figures 1.1 to 1.3.</summary>
    private const string Abstract = """
        Compatibility of systems of linear constraints over the set of natural numbers

        Criteria of compatibility of a system of linear Diophantine equations, strict inequations, and nonstrict inequations are considered.
        Upper bounds for components of a minimal set of solutions and algorithms of construction of minimal generating sets of solutions for
        all types of systems are given. These criteria and the corresponding algorithms for constructing a minimal supporting set of solutions
        can be used in solving all the considered types of systems and systems of mixed types.
        """;

    // Words free of stop words and of Porter's rules, so that the second way needs neither.
    private static readonly string[] s_words = ["coral", "lamp", "river", "amber", "carpet", "dragon", "mint", "velvet", "harp", "pond"];

    private static readonly string[] s_corpus = ["A river runs.", "River and lamp.", "Rivers."];

    private static readonly Gen<string> s_sentence = Gen.Int[0, 9].Select(i => s_words[i]).Array[2, 7].Select(w => string.Join(' ', w));

    private static readonly Gen<string[]> s_text = s_sentence.Array[2, 12].Select(s => s.Distinct().ToArray());

    [Fact]
    public void Rake_scores_the_papers_abstract_as_the_paper_does()
    {
        var scores = Call("keyword-extractor", "phrases", new { text = Abstract, language = "en", limit = 100 })["phrases"]!.AsArray()
            .ToDictionary(p => (string)p!["phrase"]!, p => Math.Round((double)p!["score"]!, 1));

        Assert.Equal(
            (8.7, 8.5, 7.7, 4.7, 4.5, 4.0, 4.0, 4.0, 4.0, 3.5),
            (scores["minimal generating sets"], scores["linear diophantine equations"], scores["minimal supporting set"], scores["minimal set"], scores["linear constraints"],
                scores["natural numbers"], scores["strict inequations"], scores["nonstrict inequations"], scores["upper bounds"], scores["corresponding algorithms"]));
    }

    [Fact]
    public void Rake_joins_keywords_that_meet_twice_around_a_stop_word()
    {
        var phrases = Call("keyword-extractor", "phrases", new { text = "The axis of evil is old. He named an axis of evil. The war of words began.", language = "en" })["phrases"]!.AsArray()
            .Select(p => (string)p!["phrase"]!).ToList();

        Assert.Contains("axis of evil", phrases);
        Assert.DoesNotContain("war of words", phrases);
    }

    [Fact]
    public void Keyword_scores_are_the_formula() => s_text.Sample(
        sentences =>
        {
            var terms = sentences.SelectMany(s => s.Split(' ')).ToList();
            var expected = terms.Distinct().ToDictionary(t => t, t =>
            {
                var holders = sentences.Count(s => s.Split(' ').Contains(t));
                return (double)terms.Count(x => x == t) / terms.Count * (Math.Log((1.0 + sentences.Length) / (1 + holders)) + 1);
            });

            var answer = Call("keyword-extractor", "keywords", new { text = string.Join(". ", sentences.Select(Capital)), language = "en" });

            foreach (var keyword in answer["keywords"]!.AsArray())
            {
                Assert.Equal(expected[(string)keyword!["term"]!], (double)keyword["score"]!, 6);
            }

            Assert.Equal(expected.Count, (int)answer["total"]!);
        }, iter: 100, threads: 1);

    [Fact]
    public void Corpus_makes_common_words_light()
    {
        var answer = Call("keyword-extractor", "keywords", new { text = "The coral and the river. The coral.", corpus = s_corpus, language = "en" });

        Assert.Equal(("corpus", 4), ((string)answer["basis"]!, (int)answer["documents"]!));
        var scores = answer["keywords"]!.AsArray().ToDictionary(k => (string)k!["term"]!, k => (double)k!["score"]!);
        Assert.Equal(Math.Round(2.0 / 3 * (Math.Log(5.0 / 2) + 1), 6), scores["coral"]);
        Assert.Equal(Math.Round(1.0 / 3 * (Math.Log(5.0 / 5) + 1), 6), scores["river"]);
    }

    [Fact]
    public void TextRank_agrees_with_a_dense_linear_solve() => s_text.Sample(
        sentences =>
        {
            var words = sentences.Select(s => s.Split(' ')).ToArray();
            var n = words.Length;
            var weights = Matrix<double>.Build.Dense(n, n, (i, j) => i == j ? 0
                : words[i].Intersect(words[j]).Count() / (Math.Log(words[i].Length) + Math.Log(words[j].Length)));
            var sums = weights.RowSums();
            var flow = Matrix<double>.Build.Dense(n, n, (i, j) => sums[j] == 0 ? 0 : weights[j, i] / sums[j]);
            var expected = (Matrix<double>.Build.DenseIdentity(n) - 0.85 * flow).Solve(Vector<double>.Build.Dense(n, 0.15));

            var answer = Call("extractive-summarizer", "summarize", new { text = string.Join(". ", sentences.Select(Capital)) + ".", n = 200, language = "en" });

            var scores = answer["sentences"]!.AsArray().Select(s => (double)s!["score"]!).ToArray();
            Assert.Equal(n, scores.Length);
            Assert.All(scores.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 0.00006));
        }, iter: 100, threads: 1);

    [Fact]
    public void Summary_covers_itself_and_stands_in_the_text() => s_text.Sample(
        sentences =>
        {
            var text = string.Join(". ", sentences.Select(Capital)) + ".";
            var picked = Call("extractive-summarizer", "summarize", new { text, n = 2, language = "en" })["sentences"]!.AsArray();
            Assert.All(picked, s => Assert.Equal((string?)s!["text"], text[(int)s["span"]!["start"]!..(int)s["span"]!["end"]!]));

            var coverage = Call("extractive-summarizer", "coverage", new { summary = string.Join(' ', picked.Select(s => (string?)s!["text"])), text, language = "en" });

            var terms = sentences.SelectMany(s => s.Split(' ')).ToList();
            var said = picked.SelectMany(s => ((string)s!["text"]!).ToLowerInvariant().TrimEnd('.').Split(' ')).ToHashSet();
            Assert.True((bool)coverage["extractive"]!);
            Assert.Equal(Math.Round((double)terms.Count(said.Contains) / terms.Count, 4), (double)coverage["share"]!);
        }, iter: 50, threads: 1);

    [Fact]
    public void A_long_text_is_ranked_sparsely_and_the_same_each_time()
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"Common word w{i % 5000}x meets w{i / 4}y here today. "));

        var first = Call("extractive-summarizer", "summarize", new { text, language = "en" });

        Assert.True((int)first["termsLeftOut"]! > 0);
        Assert.Equal(first.ToJsonString(), Call("extractive-summarizer", "summarize", new { text, language = "en" }).ToJsonString());
    }

    // Pairs of the sample vocabulary at snowballstem.org/algorithms/english/stemmer.html, seen through the forms a keyword joins.
    [Theory]
    [InlineData("en", "consign consigned consigning consignment")]
    [InlineData("en", "consist consisted consistency consistent consistently consisting consists")]
    [InlineData("en", "consolation consolations consoling console consoled consolingly consols")]
    [InlineData("en", "conspicuous conspicuously")]
    [InlineData("en", "conspirator conspirators")]
    [InlineData("en", "conspire conspired conspiring")]
    [InlineData("en", "kneel kneeled kneeling kneels")]
    [InlineData("en", "knight knights")]
    [InlineData("en", "knit knits knitted knitting")]
    [InlineData("en", "knock knocked knocking knocks")]
    [InlineData("de", "aufenthalt aufenthalten aufenthaltes")]
    [InlineData("de", "auferstehen auferstehung")]
    [InlineData("de", "kategorisch kategorische kategorischer kategorischen")]
    [InlineData("de", "kater katers")]
    [InlineData("de", "katze katzen")]
    public void Stemmers_join_what_the_published_vocabulary_joins(string language, string words)
    {
        var keyword = Assert.Single(Call("keyword-extractor", "keywords", new { text = words, language })["keywords"]!.AsArray());

        Assert.Equal(words.Split(' ').Length, (int)keyword!["count"]!);
    }

    [Theory]
    [InlineData("en", "consolation consolatory")]
    [InlineData("en", "conspiracy conspirator")]
    [InlineData("en", "knife knives")]
    [InlineData("en", "knocker knocked")]
    [InlineData("de", "katze kätzchen")]
    public void Stemmers_keep_apart_what_the_published_vocabulary_keeps_apart(string language, string words)
    {
        var apart = Call("keyword-extractor", "keywords", new { text = words, language })["keywords"]!.AsArray().Count;
        Assert.Equal(words.Split(' ').Length, apart);
    }

    [Theory]
    [InlineData("Dr. Smith paid $3.50 to J. K. Rowling at 5 p.m. in the U.S. Senate. He left.", 2)]
    [InlineData("\"Really?\" she asked. \"Yes!\" It was… fine. Wait... What?", 5)]
    [InlineData("Am 3. Oktober kam z. B. Frau Dr. Kühn. Sie blieb bis zum 5. Mai.", 2)]
    [InlineData("See fig. 3 and no. 5, e.g. the lid. Apples, pears, etc. They rot.", 3)]
    [InlineData("これは文です。これも文です！終わり？", 3)]
    [InlineData("Shopping:\n- milk\n- eggs\n1. one\n2. two", 5)]
    [InlineData("Visit example.com or v1.2.3 now. Done", 2)]
    [InlineData("A heading\n\nA paragraph that goes on\nover two lines. End.", 3)]
    [InlineData("هل هذا سؤال؟ نعم. شكرا.", 3)]
    [InlineData("He works at Acme Inc. It is big. He met Prof. Dr. Klein.", 3)]
    public void Sentences_end_where_a_reader_would_end_them(string text, int sentences) =>
        Assert.Equal(sentences, (int)Call("extractive-summarizer", "summarize", new { text })["total"]!);

    private static string Capital(string sentence) => char.ToUpper(sentence[0], CultureInfo.InvariantCulture) + sentence[1..];

    private static JsonNode Call(string agent, string tool, object arguments) =>
        Catalog.RunAsync(agent, tool, JsonSerializer.Serialize(arguments), CancellationToken.None).GetAwaiter().GetResult()!;
}
