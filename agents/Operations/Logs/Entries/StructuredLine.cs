using System.Text;
using System.Text.Json;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>Reads the members that loggers commonly write, from lines that are JSON objects or logfmt.</summary>
internal sealed class StructuredLine
{
    private readonly char[] _text = new char[3 * LogLines.MaxLine];

    // Its own, because the line may lie in the other one.
    private readonly char[] _message = new char[LogLines.MaxLine + 1];
    private byte[] _bytes = new byte[1 << 12];
    private JsonPatience _patience;
    private int _used;

    public bool TryReadJson(ReadOnlySpan<char> line, ref LogEntry entry)
    {
        if (_patience.IsOver)
        {
            return false;
        }

        try
        {
            Json(line, ref entry);
            return _patience.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            entry = default;
            return _patience.Failed();
        }
    }

    private void Json(ReadOnlySpan<char> line, ref LogEntry entry)
    {
        var most = Encoding.UTF8.GetMaxByteCount(line.Length);
        if (_bytes.Length < most)
        {
            _bytes = new byte[most];
        }

        var reader = new Utf8JsonReader(_bytes.AsSpan(0, Encoding.UTF8.GetBytes(line, _bytes)));
        _used = 0;
        var (rank, docker) = (int.MaxValue, false);
        entry.Message = line;
        reader.Read();
        Members(ref reader, ref entry, ref rank, ref docker);
        while (reader.Read())
        {
        }

        if (docker)
        {
            var (time, hasTime) = (entry.Time, entry.HasTime);
            var inner = entry.Message.TrimEnd("\r\n");
            LogHeader.Read(inner, ref entry);
            entry.Wrapped = true;
            if (hasTime)
            {
                (entry.Time, entry.HasTime) = (time, true);
            }
        }
    }

    private void Members(ref Utf8JsonReader reader, ref LogEntry entry, ref int rank, ref bool docker)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var known = Known(ref reader);
            reader.Read();
            if (known == Member.DockerLog && reader.TokenType == JsonTokenType.StartObject)
            {
                Members(ref reader, ref entry, ref rank, ref docker);
                continue;
            }

            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            Take(known, ref reader, ref entry, ref rank, ref docker);
        }
    }

    private void Take(Member known, ref Utf8JsonReader reader, ref LogEntry entry, ref int rank, ref bool docker)
    {
        var isText = reader.TokenType == JsonTokenType.String;
        switch (known)
        {
            case >= Member.Message and <= Member.DockerLog when isText && (int)known < rank:
                entry.Message = Text(ref reader);
                rank = (int)known;
                docker = known == Member.DockerLog;
                break;
            case Member.Time when isText && !entry.HasTime:
                entry.HasTime = TimestampText.TryRead(Text(ref reader), out entry.Time, out _);
                break;
            case Member.Time when reader.TokenType == JsonTokenType.Number && !entry.HasTime && LogTimestamp.OfEpoch(reader.GetDouble()) is { } time:
                (entry.Time, entry.HasTime) = (time, true);
                break;
            case Member.Level when isText:
                entry.Severity = Severities.Of(Text(ref reader));
                break;
            case Member.Level when reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number):
                entry.Severity = Severities.OfNumber(number);
                break;
            case Member.Logger when isText:
                entry.Logger = Text(ref reader);
                break;
            case Member.Trace when isText && entry.TraceId.IsEmpty:
                entry.TraceId = Text(ref reader);
                break;
            default:
                break;
        }
    }

    private ReadOnlySpan<char> Text(scoped ref Utf8JsonReader reader)
    {
        var written = reader.CopyString(_text.AsSpan(_used));
        var text = _text.AsSpan(_used, written);
        _used += written;
        return text;
    }

    private static Member Known(ref Utf8JsonReader reader)
    {
        Span<char> name = stackalloc char[24];
        if (reader.ValueSpan.Length > 24 || reader.ValueIsEscaped)
        {
            return Member.None;
        }

        var length = Encoding.UTF8.GetChars(reader.ValueSpan, name);
        return Known(name[..length]);
    }

    private static Member Known(ReadOnlySpan<char> name) => name switch
    {
        "@m" or "RenderedMessage" or "renderedMessage" => Member.Message,
        "message" or "Message" or "msg" or "short_message" or "log.message" => Member.PlainMessage,
        "@mt" or "MessageTemplate" or "messageTemplate" or "text" or "body" or "event" => Member.OtherMessage,
        "log" => Member.DockerLog,
        "time" or "timestamp" or "Timestamp" or "@timestamp" or "ts" or "@t" or "date" or "datetime" or "eventTime" or "asctime" => Member.Time,
        "level" or "Level" or "@l" or "severity" or "lvl" or "loglevel" or "logLevel" or "LogLevel" or "log.level" or "levelname" => Member.Level,
        "logger" or "Logger" or "logger_name" or "SourceContext" or "category" or "Category" or "service" or "component" or "name" => Member.Logger,
        "trace_id" or "traceId" or "TraceId" or "traceID" or "trace.id" or "@tr" or "request_id" or "requestId" or "RequestId"
            or "correlation_id" or "correlationId" or "CorrelationId" => Member.Trace,
        _ => Member.None,
    };

    /// <summary>Reads <c>time=2024-03-10T08:15:30Z level=info msg="job done" id=7</c>; the message keeps what has no known name.</summary>
    public bool TryReadLogfmt(ReadOnlySpan<char> line, ref LogEntry entry)
    {
        if (!line.StartsWith("time=") && !line.StartsWith("ts=") && !line.StartsWith("level=") && !line.StartsWith("t=") && !line.StartsWith("lvl="))
        {
            return false;
        }

        var message = 0;
        while (!line.IsEmpty)
        {
            line = line.TrimStart(' ');
            var equals = line.IndexOf('=');
            var space = line.IndexOf(' ');
            if (equals < 1 || space >= 0 && space < equals)
            {
                Append(space < 0 ? line : line[..space], ref message);
                line = space < 0 ? [] : line[space..];
                continue;
            }

            var name = line[..equals];
            var value = Value(line[(equals + 1)..], out var length);
            switch (name is "t" ? Member.Time : Known(name))
            {
                case Member.Time when !entry.HasTime:
                    entry.HasTime = TimestampText.TryRead(value, out entry.Time, out _);
                    break;
                case Member.Level:
                    entry.Severity = Severities.Of(value);
                    break;
                case Member.Logger:
                    entry.Logger = value;
                    break;
                case Member.Trace:
                    entry.TraceId = value;
                    break;
                case Member.PlainMessage:
                    Append(value, ref message);
                    break;
                default:
                    Append(line[..(equals + 1 + length)], ref message);
                    break;
            }

            line = line[(equals + 1 + length)..];
        }

        entry.Message = _message.AsSpan(0, message);
        return true;
    }

    private static ReadOnlySpan<char> Value(ReadOnlySpan<char> s, out int length)
    {
        if (s is ['"', ..])
        {
            for (var i = 1; i < s.Length; i++)
            {
                if (s[i] == '\\')
                {
                    i++;
                }
                else if (s[i] == '"')
                {
                    length = i + 1;
                    return s[1..i];
                }
            }
        }

        length = s.IndexOf(' ') is >= 0 and var space ? space : s.Length;
        return s[..length];
    }

    private void Append(ReadOnlySpan<char> part, ref int length)
    {
        if (length > 0 && length < _message.Length)
        {
            _message[length++] = ' ';
        }

        part = part[..Math.Min(part.Length, _message.Length - length)];
        part.CopyTo(_message.AsSpan(length));
        length += part.Length;
    }

    private enum Member
    {
        None,
        Message,
        PlainMessage,
        OtherMessage,
        DockerLog,
        Time,
        Level,
        Logger,
        Trace,
    }
}
