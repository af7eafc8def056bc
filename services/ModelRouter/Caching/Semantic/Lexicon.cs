using System.Collections.Frozen;

namespace Sutazai.ModelRouter.Caching.Semantic;

/// <summary>What the verifier knows about words. Short on purpose: a word that is missing costs a hit, one too many costs a right answer.</summary>
internal static class Lexicon
{
    public static readonly FrozenDictionary<string, string> Contractions = Pairs(
        """
        what's=what is;whats=what is;who's=who is;where's=where is;how's=how is;when's=when is;why's=why is;that's=that is;there's=there is;it's=it is;
        i'm=i am;you're=you are;we're=we are;they're=they are;i've=i have;we've=we have;i'd=i would;we'd=we would;i'll=i will;let's=let us;
        can't=can not;cannot=can not;won't=will not;shan't=shall not;cant=can not;dont=do not;doesnt=does not;isnt=is not;didnt=did not
        """);

    /// <summary>One spelling for each word that has two; no synonyms that could be a command or a keyword somewhere.</summary>
    public static readonly FrozenDictionary<string, string> Same = Pairs(
        """
        colour=color;colours=colors;behaviour=behavior;favourite=favorite;centre=center;catalogue=catalog;licence=license;grey=gray;whilst=while;amongst=among;
        organise=organize;analyse=analyze;optimise=optimize;optimising=optimizing;initialise=initialize;serialise=serialize;deserialise=deserialize;
        normalise=normalize;visualise=visualize;minimise=minimize;maximise=maximize;summarise=summarize;customise=customize;synchronise=synchronize;
        authorise=authorize;recognise=recognize;utilise=utilize;containerise=containerize;parallelise=parallelize;cancelled=canceled;modelling=modeling;
        e-mail=email;e-mails=emails;repo=repository;repos=repositories;info=information;
        folder=directory;folders=directories;vs=versus;
        zero=0;two=2;three=3;four=4;five=5;six=6;seven=7;eight=8;nine=9;ten=10;eleven=11;twelve=12;thirteen=13;fourteen=14;fifteen=15;sixteen=16;
        seventeen=17;eighteen=18;nineteen=19;twenty=20;thirty=30;forty=40;fifty=50;sixty=60;seventy=70;eighty=80;ninety=90
        """);

    /// <summary>Names with a short form that nothing else has.</summary>
    public static readonly FrozenDictionary<string, string> Short = Pairs("k8s=kubernetes;js=javascript;postgres=postgresql");

    /// <summary>Units as they may be written out after a number.</summary>
    public static readonly FrozenDictionary<string, string> Units = Pairs(
        """
        kilobyte=KB;kilobytes=KB;megabyte=MB;megabytes=MB;gigabyte=GB;gigabytes=GB;terabyte=TB;terabytes=TB;
        ms=ms;millisecond=ms;milliseconds=ms;s=s;sec=s;secs=s;second=s;seconds=s;min=min;mins=min;minute=min;minutes=min;h=h;hr=h;hrs=h;hour=h;hours=h;
        percent=%;km=km;kilometer=km;kilometers=km;kilometre=km;kilometres=km;kg=kg;kilogram=kg;kilograms=kg;st=th;nd=th;rd=th;th=th
        """);

    /// <summary>Names that are written in many cases.</summary>
    public static readonly FrozenSet<string> Brands = Words(
        "github gitlab javascript typescript postgresql mysql mariadb mongodb nosql graphql rabbitmq powershell macos ios openai youtube linkedin devops oauth wordpress numpy");

    /// <summary>Names that are the same in lower case; any other word with a capital within a sentence is taken as it is written: Polish and polish, US and us.</summary>
    public static readonly FrozenSet<string> Tools = Words(
        """
        docker kubernetes linux ubuntu debian fedora centos alpine python java kotlin scala haskell php perl bash git nginx apache redis kafka elasticsearch grafana prometheus terraform ansible
        jenkins azure aws gcp sqlite npm yarn webpack django laravel pandas matplotlib tensorflow pytorch jupyter vim emacs
        sql api apis csv json yaml xml html css http https tcp udp dns ssh ssl tls url urls cpu gpu ram ssd ip vpn ftp pdf png jpeg utf ascii crud rest jwt orm ide cli sdk ci cd i
        """);

    /// <summary>Names that begin a sentence and are something else in lower case.</summary>
    public static readonly FrozenSet<string> FirstNames = Words(
        """
        apple windows word excel oracle march polish turkey china teams target edge access amazon meta visa shell jordan mercury chad rust swift ruby reading nice bath cork
        slack spark outlook salt chef puppet beam storm hive grace rose jack frank bill pages numbers keynote photos signal discord zoom notion linear sketch silver spring
        """);

    /// <summary>A request about words themselves: there, no two ways to write the same are the same.</summary>
    public static readonly FrozenSet<string> AboutWords = Words(
        """
        translate translation translated spell spelled spelt spelling pronounce pronounced pronunciation word words letter letters character characters syllable syllables rhyme rhymes
        grammar grammatical synonym synonyms antonym antonyms sentence sentences phrase phrases proofread rewrite rephrase reword paraphrase typo typos punctuation comma commas capitalize capitalise
        uppercase lowercase acronym abbreviation abbreviate plural singular anagram palindrome poem haiku tokenize tokenise say saying echo repeat print output literally
        verbatim exactly called named keyword keywords command commands regex contraction contractions apostrophe
        übersetze übersetzen übersetzung wort wörter buchstabe buchstaben satz sätze heißt schreibt schreibe schreibweise grammatik reim
        traduis traduire traduisez traduction mot mots lettre lettres orthographe grammaire écrit dit rime
        traduce traducir traducción palabra palabras letra letras frase frases ortografía gramática dice escribe rima
        """);

    /// <summary>Words that turn, limit or count what is said: reported apart, since these are the mistakes that similarity does not see.</summary>
    public static readonly FrozenSet<string> Polarity = Words(
        """
        not no never without except only just all none any every each some both either neither nor before after until since more less fewer most least first last
        increase decrease raise lower enable disable enabled disabled allow deny allowed denied permit forbid start stop open close opened closed add remove include exclude including excluding
        up down on off in out over under above below always sometimes often rarely must may should can cannot min max minimum maximum best worst fastest slowest largest smallest
        true false valid invalid safe unsafe public private accept reject accepted rejected grant revoke encrypt decrypt lock unlock mount unmount install uninstall
        attach detach import export upload download push pull read write sync async ascending descending left right
        nicht kein keine keinen keinem ohne nie niemals nur alle vor nach mehr weniger pas sans jamais tous avant après plus moins seulement sin nunca todos antes después más menos solo sólo
        """);

    /// <summary>Words before which "the" or "a" matters: the last week is not last week, a few is not few.</summary>
    public static readonly FrozenSet<string> Counted = Words(
        "last next past first second third most least few little lot number only other same one 1 more great good half hundred thousand million dozen bit couple minority majority many");

    public static readonly FrozenDictionary<string, FrozenSet<string>> StopWords = new Dictionary<string, FrozenSet<string>>
    {
        ["en"] = Words("the a an of to is are was do does did how what why when where which who can could should i you my we it this that with from for and or not in on at by if"),
        ["de"] = Words("der die das den dem des ein eine einen einem einer ist sind war wie was warum wann wo welche welcher wer kann könnte soll ich du mein wir es dies mit von für und oder nicht im auf zu bei wenn"),
        ["fr"] = Words("le la les un une des du de est sont était comment que quoi quel quelle pourquoi quand où qui peut puis-je dois je tu mon ma nous ce cette avec pour et ou pas dans sur à si en au aux"),
        ["es"] = Words("el la los las un una unos de del es son era cómo como qué cuál por cuándo dónde quién puede puedo debo yo tú mi nosotros este esta con para y o no en sobre a si al se"),
    }.ToFrozenDictionary();

    private static FrozenSet<string> Words(string words) => words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    private static FrozenDictionary<string, string> Pairs(string pairs) =>
        pairs.Split([';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(p => p.Split('=')).ToFrozenDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
}
