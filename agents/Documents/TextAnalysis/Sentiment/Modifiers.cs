namespace Sutazai.Agents.Documents.TextAnalysis.Sentiment;

/// <summary>Words without a feeling of their own that change their neighbours'.</summary>
internal sealed record Modifiers(string[] Stronger, string[] Weaker, string[] Negations, string[] Contrasts)
{
    public static Modifiers English { get; } = new(
        Words("""
            absolutely amazingly completely considerably decidedly deeply enormously entirely especially exceptionally extremely extraordinarily
            fully greatly highly hugely incredibly insanely intensely majorly more most particularly purely quite really remarkably seriously so
            substantially super thoroughly totally tremendously truly unbelievably unusually utterly very way
            """),
        Words("almost barely fairly hardly kinda less little marginally moderately occasionally partly pretty rather scarcely slightly somewhat sorta"),
        Words("""
            not no never none nobody nothing neither nor nowhere without cannot can't cant don't dont doesn't doesnt didn't didnt isn't isnt aren't arent
            wasn't wasnt weren't werent won't wont wouldn't wouldnt shouldn't shouldnt couldn't couldnt hasn't hasnt haven't havent hadn't hadnt ain't aint
            rarely seldom
            """),
        Words("but however yet nevertheless nonetheless although though"));

    public static Modifiers German { get; } = new(
        Words("""
            absolut außergewöhnlich außerordentlich äußerst besonders echt enorm extrem ganz höchst komplett mega richtig sehr so super total
            überaus unglaublich ungemein unheimlich völlig vollkommen wahnsinnig wirklich zutiefst
            """),
        Words("bisschen etwas einigermaßen halbwegs kaum leicht mäßig relativ teilweise wenig weniger ziemlich"),
        Words("nicht kein keine keinen keinem keiner keines nie niemals nichts niemand ohne weder noch nirgends keinesfalls keineswegs"),
        Words("aber doch jedoch allerdings dennoch trotzdem sondern obwohl"));

    private static string[] Words(string words) => words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
