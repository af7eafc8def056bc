using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>Reads a request from a JSON object by the names that nginx, Caddy, Traefik, Envoy and ASP.NET Core configurations use.</summary>
internal sealed class JsonAccessLine(LatencyUnit unit)
{
    private readonly char[] _text = new char[3 * LogLines.MaxLine];
    private byte[] _bytes = new byte[1 << 12];
    private int _used;
    private JsonPatience _patience;

    public bool TryRead(ReadOnlySpan<char> line, ref AccessLine access)
    {
        if (line[^1] != '}' || _patience.IsOver)
        {
            return false;
        }

        if (_bytes.Length < Encoding.UTF8.GetMaxByteCount(line.Length))
        {
            _bytes = new byte[Encoding.UTF8.GetMaxByteCount(line.Length)];
        }

        try
        {
            var reader = new Utf8JsonReader(_bytes.AsSpan(0, Encoding.UTF8.GetBytes(line, _bytes)));
            _used = 0;
            reader.Read();
            Members(ref reader, ref access);
            while (reader.Read())
            {
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return _patience.Failed();
        }

        _patience.Read();
        return access.Status is >= 100 and <= 999 && !access.Target.IsEmpty;
    }

    private void Members(ref Utf8JsonReader reader, ref AccessLine access)
    {
        Span<char> buffer = stackalloc char[32];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan.Length <= 32 ? buffer[..Encoding.UTF8.GetChars(reader.ValueSpan, buffer)] : [];
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject && name is "request" or "http" or "response" or "httpRequest")
            {
                Members(ref reader, ref access);
            }
            else if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                reader.Skip();
            }
            else if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
            {
                Take(name, ref reader, ref access);
            }
        }
    }

    private void Take(scoped ReadOnlySpan<char> name, ref Utf8JsonReader reader, ref AccessLine access)
    {
        var value = Value(ref reader);
        switch (name)
        {
            case "remote_addr" or "remote_ip" or "client_ip" or "clientIp" or "client" or "ClientHost" or "remoteIp" or "ip" or "ClientIP" or "remote_host":
                access.Client = access.Client.IsEmpty ? value : access.Client;
                break;
            case "time" or "timestamp" or "@timestamp" or "time_iso8601" or "time_local" or "ts" or "start_time" or "StartUTC" or "msec" or "@t":
                access.HasTime |= TimestampText.TryRead(value, out access.Time, out _);
                break;
            case "request" when value.Contains(' '):
                AccessLineReader.Request(value, ref access);
                break;
            case "method" or "request_method" or "RequestMethod" or "requestMethod" or "http_method":
                access.Method = value;
                break;
            case "path" or "uri" or "url" or "request_uri" or "RequestPath" or "requestUrl" or "target":
                access.Target = access.Target.IsEmpty ? value : access.Target;
                break;
            case "status" or "status_code" or "statusCode" or "StatusCode" or "response_code" or "DownstreamStatus":
                _ = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out access.Status);
                break;
            case "body_bytes_sent" or "bytes_sent" or "bytes" or "size" or "response_size" or "responseSize" or "DownstreamContentSize" or "ContentLength":
                _ = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out access.Bytes);
                break;
            case "http_user_agent" or "user_agent" or "userAgent" or "UserAgent" or "agent":
                access.Agent = value is "-" ? [] : value;
                break;
            case "request_time" or "latency_s" or "duration_s" or "latency_seconds" or "duration_seconds":
                Latency(value, 1000, ref access);
                break;
            case "duration_ms" or "latency_ms" or "elapsed_ms" or "response_time_ms" or "time_taken" or "Elapsed" or "ElapsedMilliseconds" or "elapsedMs"
                or "durationMs" or "responseTime" or "response_time":
                Latency(value, 1, ref access);
                break;

            // Caddy writes seconds with a point, Envoy whole milliseconds, Traefik whole nanoseconds.
            case "duration" or "latency" or "elapsed":
                Latency(value, value.Contains('.') ? 1000 : 1, ref access);
                break;
            case "Duration":
                Latency(value, 1e-6, ref access);
                break;
            default:
                break;
        }
    }

    private void Latency(ReadOnlySpan<char> value, double factor, ref AccessLine access)
    {
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 && double.IsFinite(number))
        {
            access.Milliseconds = number * (unit == LatencyUnit.Auto ? factor : AccessLineReader.Factor(unit, false));
        }
    }

    private ReadOnlySpan<char> Value(scoped ref Utf8JsonReader reader)
    {
        var free = _text.AsSpan(_used);
        var written = reader.TokenType == JsonTokenType.String ? reader.CopyString(free) : Encoding.UTF8.GetChars(reader.ValueSpan, free);
        _used += written;
        return free[..written];
    }
}
