using System.Globalization;
using System.Text;

namespace Sutazai.Agents.Tests.Oracles;

/// <summary>Logs whose templates are known because they were written from them.</summary>
internal static class LogsPlanted
{
    private static readonly string[] s_services = ["billing", "catalog", "gateway", "identity", "mailer", "orders", "search", "stock"];
    private static readonly string[] s_deeds = ["accepted", "cancelled", "delivered", "flushed", "indexed", "migrated", "opened", "purged", "rejected", "synced"];
    private static readonly string[] s_words = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy"];

    public static int Kinds => s_services.Length * s_deeds.Length;

    /// <summary>The template as the miner writes it, once the values of every place have varied.</summary>
    public static string Template(int kind) => Shape(kind, "<num>", "<ip>", "<uuid>", "<path>", "<hex>", "<*>", "<time>");

    public static string Line(int kind, Random random) => Shape(
        kind,
        Number(random),
        random.Next(2) == 0 ? $"10.{random.Next(256)}.{random.Next(256)}.{random.Next(1, 255)}" : $"192.168.{random.Next(256)}.7:{random.Next(1024, 65536)}",
        new Guid(random.Next(), (short)random.Next(), 3, 4, 5, 6, 7, 8, 9, 10, (byte)random.Next(256)).ToString(),
        $"/var/lib/{s_words[random.Next(s_words.Length)]}/{random.Next(100)}.dat",
        $"0x{random.Next():x}",
        s_words[random.Next(s_words.Length)],
        $"2024-0{random.Next(1, 10)}-1{random.Next(10)}T0{random.Next(10)}:00:00Z");

    public static string Header(int style, DateTime time, string level) => style switch
    {
        0 => string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd HH:mm:ss,fff} {level.ToUpperInvariant()} [main] com.acme.Shop - "),
        1 => string.Create(CultureInfo.InvariantCulture, $"[{time:yyyy-MM-dd HH:mm:ss} {level.ToUpperInvariant()[..3]}] "),
        2 => string.Create(CultureInfo.InvariantCulture, $"<14>1 {time:yyyy-MM-ddTHH:mm:ss.fffZ} host app 17 - - "),
        3 => string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-ddTHH:mm:ss.fffffffZ} stdout F "),
        4 => string.Create(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(level[0])}{time:MMdd HH:mm:ss.ffffff}    1234 shop.go:116] "),
        5 => string.Create(CultureInfo.InvariantCulture, $"{time:MMM dd HH:mm:ss} host app[17]: "),
        _ => "",
    };

    public static Artifact Artifact(IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Append(line).Append('\n');
        }

        return Sutazai.Agents.Artifact.FromText(text.ToString(), "planted.log");
    }

    private static string Number(Random random) => random.Next(3) switch
    {
        0 => random.Next(1_000_000).ToString(CultureInfo.InvariantCulture),
        1 => (random.NextDouble() * 100).ToString("F2", CultureInfo.InvariantCulture),
        _ => $"-{random.Next(1, 99)}",
    };

    private static string Shape(int kind, string number, string ip, string uuid, string path, string hex, string word, string time)
    {
        var (service, deed) = (s_services[kind / s_deeds.Length], s_deeds[kind % s_deeds.Length]);
        return (kind % 5) switch
        {
            0 => $"{service} {deed} request {uuid} from {ip} after {number} tries",
            1 => $"{service} {deed} user={word} count={number} file={path}",
            2 => $"{service} {deed}: block {hex} of {path} at offset {number}",
            3 => $"{service} {deed} by ({word}), peer {ip} since {time}",
            _ => $"{service} {deed} nothing at all",
        };
    }
}
