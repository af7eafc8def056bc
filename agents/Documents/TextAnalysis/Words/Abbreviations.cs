using System.Collections.Frozen;

namespace Sutazai.Agents.Documents.TextAnalysis.Words;

/// <summary>What a full stop after these words means.</summary>
internal static class Abbreviations
{
    /// <summary>Never end a sentence: a name, a number or the explanation follows.</summary>
    public static FrozenSet<string> Leading { get; } = Set("""
        mr mrs ms mx dr prof rev hon sen rep gov gen col maj capt cmdr lt sgt st messrs mme mlle pres amb fr sr
        vs cf approx ca e.g i.e viz al resp incl excl ext
        hr hrn fr. frl ing mag dipl z.b d.h u.a u.u o.g s.o s.u i.d.r v.a sog evtl ggf bzw vgl ca zzgl inkl exkl bspw geb gest verh
        jan feb mar apr jun jul aug sep sept oct nov dec okt dez mär
        mon tue wed thu fri sat sun mo di mi do sa so
        """);

    /// <summary>Do not end a sentence before a number.</summary>
    public static FrozenSet<string> BeforeNumber { get; } = Set("""
        no nos nr p pp pg fig figs vol ch sec art par abs eq eqs tab kap s bd abb ziff ver v op est tel
        """);

    /// <summary>End a sentence when a capital follows.</summary>
    public static FrozenSet<string> Trailing { get; } = Set("""
        etc usw usf inc ltd co corp llc plc bros jr sr ph.d m.d b.a m.a a.m p.m esq dept univ assn ave blvd rd u.v.m o.ä u.ä str
        """);

    /// <summary>Words that after an initialism such as "U.S." begin a new sentence rather than go on with a name.</summary>
    public static FrozenSet<string> Starters { get; } = Set("""
        the a an it he she they we you in on at but and this that these those however i if when as for there his her its their our my
        der die das ein eine er sie es wir ihr in im auf aber und doch diese dieser wenn als für da sein ihre
        """);

    public static FrozenSet<string> GermanAfterOrdinal { get; } = Set("""
        januar februar märz april mai juni juli august september oktober november dezember jahrhundert jahrestag geburtstag
        mal platz stock kapitel auflage liga klasse quartal halbjahr weltkrieg woche tag
        """);

    private static FrozenSet<string> Set(string words) =>
        words.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
