namespace Sutazai.Agents.Operations.Logs;

/// <summary>A message with its variables masked, split into tokens. One instance is used again for every line.</summary>
internal sealed class MaskedLine(int enabled)
{
    /// <summary>Tokens beyond this are one token, <c>&lt;rest&gt;</c>.</summary>
    public const int MaxTokens = 200;

    private const int MaxMasks = 1024;

    private readonly char[] _text = new char[LogLines.MaxLine + (8 * MaxMasks) + 16];
    private readonly Token[] _tokens = new Token[MaxTokens + 1];
    private readonly Mask[] _masks = new Mask[MaxMasks];
    private int _length;
    private int _maskCount;

    // Quotes that nothing on the rest of the line closes.
    private string _unclosed = "";

    public int Count { get; private set; }

    public ReadOnlySpan<Token> Tokens => _tokens.AsSpan(0, Count);

    public ReadOnlySpan<char> Text(in Token token) => _text.AsSpan(token.Start, token.Length);

    public ReadOnlySpan<Mask> Masks(in Token token) => _masks.AsSpan(token.FirstMask, token.MaskCount);

    public void Read(ReadOnlySpan<char> raw)
    {
        (_length, _maskCount, Count, _unclosed) = (0, 0, 0, "");
        var hasAt = raw.Contains('@') && VariableText.Has(enabled, LogMask.Email);
        var (i, glued) = (0, false);
        while (i < raw.Length)
        {
            if (IsSpace(raw[i]))
            {
                i++;
                glued = false;
                continue;
            }

            if (Count == MaxTokens)
            {
                var rest = Open(i, glued);
                Append("<rest>");
                Close(rest, raw.Length);
                return;
            }

            var token = Open(i, glued);
            i = ReadToken(raw, i, hasAt, ref token);
            Close(token, i);
            glued = true;
        }
    }

    private int ReadToken(ReadOnlySpan<char> raw, int i, bool hasAt, ref Token token)
    {
        var begins = true;
        while (i < raw.Length)
        {
            var c = raw[i];
            if (IsSpace(c))
            {
                break;
            }

            if (begins)
            {
                var length = Variable(raw, i, hasAt, out var kind);
                if (length > 0 && _maskCount < MaxMasks)
                {
                    _masks[_maskCount++] = new(i, length, kind);
                    token.MaskCount++;
                    Append(LogMasks.Texts[(int)kind]);
                    i += length;
                    begins = false;
                    continue;
                }
            }

            if (IsWord(c))
            {
                var start = i++;
                while (i < raw.Length && IsWord(raw[i]))
                {
                    i++;
                }

                var run = raw[start..i];
                token.HasDigit |= run.ContainsAnyInRange('0', '9');
                Append(run);
                begins = false;
                continue;
            }

            _text[_length++] = c;
            i++;
            begins = true;

            // key=value is two tokens, so that messages are compared by their keys.
            if (c == '=' && i < raw.Length && token.Start != _length - 1)
            {
                break;
            }
        }

        return i;
    }

    private int Variable(ReadOnlySpan<char> raw, int i, bool hasAt, out LogMask kind)
    {
        var s = raw[i..];
        var c = s[0];
        kind = default;
        if (hasAt && (i == 0 || raw[i - 1] is not ('.' or '_' or '%' or '+' or '-')) && VariableText.Email(s) is > 0 and var email)
        {
            kind = LogMask.Email;
            return email;
        }

        int length;
        if (char.IsAsciiDigit(c))
        {
            return VariableText.Digits(s, enabled, out kind);
        }

        if (char.IsAsciiLetter(c))
        {
            if (c <= 'F' || c is >= 'a' and <= 'f')
            {
                if (VariableText.HexDigits(s, enabled, out kind, out length)
                    || s.Length > 3 && s[..Math.Min(5, s.Length)].Contains(':') && VariableText.Ip(s, enabled, out kind, out length))
                {
                    return length;
                }
            }

            return Scheme(s, out kind);
        }

        switch (c)
        {
            case '-' or '+' when s.Length > 1 && char.IsAsciiDigit(s[1]) && (i == 0 || !IsWord(raw[i - 1]) && raw[i - 1] != ')'):
                return VariableText.Number(s, 1, enabled, out kind, out length) ? length : 0;
            case ':' when s.Length > 2 && s[1] == ':' && char.IsAsciiHexDigit(s[2]):
                return VariableText.Ip(s, enabled, out kind, out length) ? length : 0;
            case '/' or '.' or '~' or '\\' when VariableText.Has(enabled, LogMask.Path) && BeginsPath(s):
                kind = LogMask.Path;
                return VariableText.Path(s);
            case '"' or '\'' when VariableText.Has(enabled, LogMask.Quoted):
                kind = LogMask.Quoted;
                length = _unclosed.Contains(c) ? 0 : VariableText.Quoted(s);
                if (length < 0)
                {
                    _unclosed += c;
                }

                return length;
            default:
                return 0;
        }
    }

    private int Scheme(ReadOnlySpan<char> s, out LogMask kind)
    {
        kind = LogMask.Url;
        var colon = 1;
        while (colon < s.Length && colon < 12 && (char.IsAsciiLetterOrDigit(s[colon]) || s[colon] == '+'))
        {
            colon++;
        }

        if (colon + 3 >= s.Length || s[colon] != ':')
        {
            return 0;
        }

        if (s[colon + 1] == '/' && s[colon + 2] == '/' && VariableText.Has(enabled, LogMask.Url))
        {
            return VariableText.Url(s);
        }

        kind = LogMask.Path;
        return colon == 1 && s[2] is '\\' or '/' && char.IsAsciiLetter(s[0]) && VariableText.Has(enabled, LogMask.Path) ? VariableText.Path(s) : 0;
    }

    // "/x", "./x", "../x", "~/x", "\\x", but neither "/" alone nor "/10.1.2.3:80".
    private bool BeginsPath(ReadOnlySpan<char> s)
    {
        var slash = s[0] switch { '/' => 0, '~' => 1, '\\' => s is ['\\', '\\', ..] ? 1 : -1, _ => s is ['.', '.', ..] ? 2 : 1 };
        return slash >= 0 && slash + 1 < s.Length && s[slash] is '/' or '\\' && (char.IsLetterOrDigit(s[slash + 1]) || s[slash + 1] is '.' or '_' or '-' or '~')
            && !(slash == 0 && char.IsAsciiDigit(s[1]) && VariableText.Ip(s[1..], enabled, out _, out _));
    }

    private Token Open(int raw, bool glued) => new() { Start = _length, RawStart = raw, FirstMask = _maskCount, Glued = glued };

    private void Close(Token token, int rawEnd)
    {
        token.Length = _length - token.Start;
        token.RawLength = rawEnd - token.RawStart;
        token.Hash = TextHash.Of(_text.AsSpan(token.Start, token.Length));
        token.IsMask = token.MaskCount == 1 && _text[token.Start] == '<' && token.Length == LogMasks.Texts[(int)_masks[token.FirstMask].Kind].Length;
        _tokens[Count++] = token;
    }

    private void Append(ReadOnlySpan<char> text)
    {
        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' || c > 0x7F && char.IsWhiteSpace(c);

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c > 0x7F && char.IsLetterOrDigit(c);

    internal struct Token
    {
        public int Start;
        public int Length;
        public int RawStart;
        public int RawLength;
        public int FirstMask;
        public int MaskCount;
        public ulong Hash;
        public bool Glued;
        public bool HasDigit;
        public bool IsMask;
    }

    internal readonly record struct Mask(int RawStart, int RawLength, LogMask Kind);
}
