using System.Globalization;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>Reads Common, Combined (nginx with request time too), IIS W3C and JSON access logs, told apart line by line.</summary>
internal sealed class AccessLineReader(LatencyUnit unit)
{
    private readonly JsonAccessLine _json = new(unit);
    private string[]? _columns;

    /// <summary>The formats seen, as bits of <see cref="AccessFormat"/>.</summary>
    public int Seen { get; private set; }

    /// <returns>Whether the line is a request; null where it is a directive or blank.</returns>
    public bool? TryRead(ReadOnlySpan<char> line, out AccessLine access)
    {
        access = new AccessLine { Milliseconds = double.NaN };
        line = line.Trim();
        if (line.IsEmpty)
        {
            return null;
        }

        if (line[0] == '#')
        {
            if (line.StartsWith("#Fields:"))
            {
                _columns = line[8..].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            }

            return null;
        }

        var (format, read) = line[0] == '{' ? (AccessFormat.Json, _json.TryRead(line, ref access))
            : _columns is not null ? (AccessFormat.W3c, W3c(line, ref access))
            : (AccessFormat.Common, Common(line, ref access));
        if (read)
        {
            Seen |= 1 << (int)(format == AccessFormat.Common && !access.Agent.IsEmpty ? AccessFormat.Combined : format);
        }

        return read;
    }

    // [vhost] 127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 2326 "referer" "agent" 0.012
    private bool Common(ReadOnlySpan<char> line, ref AccessLine access)
    {
        var bracket = line.IndexOf(" [");
        if (bracket < 1 || !TimestampText.TryRead(line[(bracket + 2)..], out access.Time, out var length))
        {
            return false;
        }

        access.HasTime = true;
        access.Client = Client(line[..bracket]);
        var rest = line[(bracket + 2 + length)..].TrimStart("] ");
        if (!Quoted(ref rest, out var request))
        {
            return false;
        }

        Request(request, ref access);
        if (!int.TryParse(Next(ref rest), NumberStyles.None, CultureInfo.InvariantCulture, out access.Status) || access.Status is < 100 or > 999)
        {
            return false;
        }

        var bytes = Next(ref rest);
        if (bytes is not "-" && !long.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out access.Bytes))
        {
            return false;
        }

        if (Quoted(ref rest, out _) && Quoted(ref rest, out var agent))
        {
            access.Agent = agent is "-" ? [] : agent;
        }

        access.Milliseconds = Latency(rest);
        return true;
    }

    private static ReadOnlySpan<char> Client(ReadOnlySpan<char> before)
    {
        var first = Next(ref before);
        var second = Next(ref before);
        return second.Length > 6 && second.IndexOfAny('.', ':') > 0 && !before.IsEmpty ? second : first;
    }

    private double Latency(ReadOnlySpan<char> rest)
    {
        while (!rest.IsEmpty)
        {
            if (rest[0] == '"')
            {
                Quoted(ref rest, out var quoted);
                if (quoted.Length < 16 && Number(quoted) is var inQuotes && !double.IsNaN(inQuotes))
                {
                    return inQuotes;
                }

                continue;
            }

            var word = Next(ref rest);
            var equals = word.IndexOf('=');
            var number = Number(equals < 0 ? word : word[..equals] is "rt" or "request_time" or "duration" ? word[(equals + 1)..] : []);
            if (!double.IsNaN(number))
            {
                return number;
            }
        }

        return double.NaN;
    }

    private double Number(ReadOnlySpan<char> text) =>
        !text.IsEmpty && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value * Factor(unit, text.Contains('.'))
            : double.NaN;

    internal static double Factor(LatencyUnit unit, bool hasPoint) => unit switch
    {
        LatencyUnit.Seconds => 1000,
        LatencyUnit.Milliseconds => 1,
        LatencyUnit.Microseconds => 0.001,
        _ => hasPoint ? 1000 : 0.001,
    };

    internal static void Request(ReadOnlySpan<char> request, ref AccessLine access)
    {
        access.Target = request;
        var space = request.IndexOf(' ');
        if (space is < 1 or > 20 || request[..space].ContainsAnyExceptInRange('A', 'Z'))
        {
            return;
        }

        access.Method = request[..space];
        var target = request[(space + 1)..];
        var end = target.LastIndexOf(" HTTP/");
        access.Target = end >= 0 ? target[..end] : target;
    }

    private bool W3c(ReadOnlySpan<char> line, ref AccessLine access)
    {
        ReadOnlySpan<char> date = default, clock = default, stem = default, query = default;
        var columns = 0;
        foreach (var name in _columns!)
        {
            if (line.IsEmpty)
            {
                return false;
            }

            var value = Next(ref line);
            columns++;
            switch (name)
            {
                case "date":
                    date = value;
                    break;
                case "time":
                    clock = value;
                    break;
                case "c-ip":
                    access.Client = value;
                    break;
                case "cs-method":
                    access.Method = value;
                    break;
                case "cs-uri-stem":
                    stem = value;
                    break;
                case "cs-uri-query":
                    query = value;
                    break;
                case "sc-status" when !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out access.Status):
                    return false;
                case "sc-bytes":
                    _ = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out access.Bytes);
                    break;
                case "time-taken" when double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var taken):
                    access.Milliseconds = taken * (unit == LatencyUnit.Auto ? 1 : Factor(unit, false));
                    break;
                case "cs(User-Agent)":
                    access.Agent = value is "-" ? [] : value;
                    break;
                default:
                    break;
            }
        }

        // IIS writes UTC, date and time in columns of their own.
        Span<char> joined = stackalloc char[32];
        if (date.Length + clock.Length is > 8 and < 28 && joined.TryWrite($"{date} {clock}Z", out var written))
        {
            access.HasTime = TimestampText.TryRead(joined[..written], out access.Time, out _);
        }

        access.Target = query.IsEmpty || query is "-" ? stem : $"{stem}?{query}";
        return columns > 2 && access.Status is >= 100 and <= 999;
    }

    private static ReadOnlySpan<char> Next(scoped ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart(' ');
        var space = rest.IndexOf(' ');
        var word = space < 0 ? rest : rest[..space];
        rest = space < 0 ? [] : rest[(space + 1)..];
        return word;
    }

    private static bool Quoted(scoped ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> inside)
    {
        rest = rest.TrimStart(' ');
        inside = [];
        if (rest is not ['"', ..])
        {
            return false;
        }

        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '\\')
            {
                i++;
            }
            else if (rest[i] == '"')
            {
                inside = rest[1..i];
                rest = rest[(i + 1)..];
                return true;
            }
        }

        rest = [];
        return false;
    }
}

/// <summary>How the lines of an access log are written.</summary>
public enum AccessFormat
{
    Common,

    /// <summary>Common with referer and agent, request time behind or not.</summary>
    Combined,
    W3c,
    Json,
}
