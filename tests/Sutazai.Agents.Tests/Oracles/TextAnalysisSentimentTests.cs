using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sutazai.Agents.Tests.Oracles;

/// <summary>Sentences whose mood was judged by hand, and VADER's rules by its published arithmetic.</summary>
public class TextAnalysisSentimentTests
{
    private const string Labelled = """
        +|The staff was friendly and the breakfast delicious.
        +|I absolutely love this phone!
        +|What a wonderful surprise.
        +|This is not bad at all.
        +|The update fixed everything and it works great.
        +|She was happy with the excellent service.
        +|Best purchase I have made this year.
        +|The movie was slow, but the ending was brilliant.
        +|I can't complain, the food was tasty.
        +|Thanks for your quick and helpful answer!
        +|The instructions are clear and easy to follow.
        +|We enjoyed every minute of the trip.
        +|Their support team is incredibly helpful.
        +|It was never boring.
        +|A beautiful, comfortable and quiet room.
        +|No problems with the delivery so far.
        +|Great value for the price 👍
        +|I am so proud of you ❤️
        +|The battery life is impressive.
        +|He succeeded brilliantly.
        -|The room was dirty and the staff rude.
        -|I hate waiting in line.
        -|This is not good.
        -|The app crashes all the time.
        -|What a terrible experience!
        -|The food was good, but the service was awful.
        -|I would never recommend this hotel.
        -|It doesn't work and nobody helped me.
        -|A complete waste of money.
        -|The worst customer service ever!!!
        -|The screen is broken and the battery useless.
        -|I'm very disappointed with the quality.
        -|He was angry and upset.
        -|The plot was boring and the acting terrible.
        -|The delivery was late and the box damaged.
        -|Nothing about it was enjoyable.
        -|I regret buying this junk.
        -|My order was lost again 😡
        -|The interface is confusing and ugly.
        -|They lied to us, it was a scam.
        0|The meeting is at ten in room four.
        0|He put the book on the table.
        0|The train leaves from platform two.
        0|There are twelve months in a year.
        0|She walked to the station.
        +|Das Essen war ausgezeichnet und die Bedienung freundlich.
        +|Ich liebe dieses schöne Buch.
        +|Das Hotel war nicht schlecht.
        +|Der Film war sehr spannend und unterhaltsam.
        +|Die Lieferung kam schnell, wir sind sehr zufrieden.
        +|Ein wunderbarer Abend mit leckerem Wein!
        +|Der Anfang war langweilig, aber das Ende war großartig.
        +|Vielen Dank für die tolle Hilfe.
        -|Das Zimmer war schmutzig und laut.
        -|Das gefällt mir nicht.
        -|Der Service war schrecklich und das Personal unfreundlich.
        -|Ich bin sehr enttäuscht von der Qualität.
        -|Das Gerät war nach zwei Tagen kaputt.
        -|Das Essen war gut, aber die Bedienung war furchtbar.
        -|Nie wieder, das war eine Katastrophe!
        -|Ich kann das Restaurant nicht empfehlen.
        -|Der Kundendienst hat mich belogen und betrogen.
        0|Der Zug fährt um zehn Uhr ab.
        0|Das Buch liegt auf dem Tisch.
        """;

    [Fact]
    public async Task Sign_agrees_with_at_least_95_of_100_judgements()
    {
        var labelled = Labelled.Split('\n').Select(l => l.Trim().Split('|', 2)).ToList();
        List<string> wrong = [];
        foreach (var pair in labelled)
        {
            var answer = await Score(pair[1]);
            var sign = (string)answer["label"]! switch { "positive" => "+", "negative" => "-", _ => "0" };
            if (sign != pair[0])
            {
                wrong.Add($"{pair[0]}: {pair[1]} -> {answer.ToJsonString()}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{labelled.Count - wrong.Count} of {labelled.Count} right\n{string.Join('\n', wrong)}");
        Assert.True(labelled.Count >= 60 && wrong.Count <= labelled.Count * 0.05, string.Join('\n', wrong));
    }

    // "good" weighs 2.3, "bad" -2.4 here; the sums follow the rules by hand: s / sqrt(s * s + 15).
    [Theory]
    [InlineData("The food is good.", 2.3)]
    [InlineData("The food is very good.", 2.3 + 0.293)]
    [InlineData("The food is slightly good.", 2.3 - 0.293)]
    [InlineData("The food is not good.", 2.3 * -0.74)]
    [InlineData("The food is GOOD.", 2.3 + 0.733)]
    [InlineData("The food is good!!!", 2.3 + 3 * 0.292)]
    [InlineData("The food is good!!!!!!", 2.3 + 4 * 0.292)]
    [InlineData("The food is good, but the wine is bad.", 2.3 * 0.5 - 2.4 * 1.5)]
    [InlineData("The food is really very good.", 2.3 + 0.293 + 0.293 * 0.95)]
    [InlineData("The food is bad!", -2.4 - 0.292)]
    public async Task Score_follows_the_published_rules(string text, double sum) =>
        Assert.Equal(Math.Round(sum / Math.Sqrt(sum * sum + 15), 4), (double)(await Score(text))["score"]!);

    [Theory]
    [InlineData("The screen is gorgeous but the battery is awful and the price is fair.", "screen battery price", "+-+")]
    [InlineData("Great camera. Terrible speakers. The box is blue.", "camera speakers box", "+-0")]
    [InlineData("Das Zimmer war sauber, aber das Frühstück war furchtbar.", "zimmer frühstück", "+-")]
    [InlineData("We loved the pools. The pool was clean.", "pool", "+")]
    public async Task Aspects_get_the_feeling_next_to_them(string text, string aspects, string signs)
    {
        var answer = await Catalog.RunAsync(
            "sentiment-scorer", "aspects", JsonSerializer.Serialize(new { text, aspects = aspects.Split(' ') }), TestContext.Current.CancellationToken);

        Assert.Equal(signs, string.Concat(answer!["aspects"]!.AsArray().Select(a => Math.Sign((double)a!["score"]!) switch { 1 => '+', -1 => '-', _ => '0' })));
    }

    private static async Task<JsonNode> Score(string text) =>
        (await Catalog.RunAsync("sentiment-scorer", "score", JsonSerializer.Serialize(new { text }), TestContext.Current.CancellationToken))!;
}
