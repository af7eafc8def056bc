using System.Text;
using System.Text.RegularExpressions;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <param name="Pattern">A regular expression without look-around or back-references: every engine runs it, and .NET's in linear time.</param>
/// <param name="Linear">Compiled and run with <see cref="RegexOptions.NonBacktracking"/>.</param>
/// <param name="LeavesAlone">Ordinary log lines that it was seen not to change.</param>
public sealed record RedactionRule(
    string Rule, string Pattern, string Replacement, bool Linear, IReadOnlyList<RuleSample> Samples, IReadOnlyList<string> LeavesAlone);

public sealed record RuleSample(string Before, string After);

/// <summary>The rules that take each kind of value out of a line.</summary>
internal static class RedactionRules
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
    private const string FieldPrefix = "field:";

    private static readonly string[] s_ordinary =
        ["2024-05-01T10:00:00.000Z INFO Started in 1.25 s, build 3f786850e387, 200 OK", "GET /orders/12345?page=2 HTTP/1.1"];

    private static readonly Dictionary<string, (string Pattern, string Sample)> s_personal = new(StringComparer.Ordinal)
    {
        ["email"] = (@"[\w.%+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.\p{L}{2,24}", "user=ada.l+x@mail.example.org logged in"),
        ["ipv4"] = (@"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b", "client 198.51.100.7 connected"),
        ["ipv6"] = (@"\b[0-9a-fA-F]{1,4}:(?::?[0-9a-fA-F]{1,4}){2,7}\b", "client 2001:db8:0:1::7 connected"),
        ["mac-address"] = (@"\b[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}\b", "lease for 00:00:5e:00:53:01"),
        ["credit-card"] = (@"\b[2-6]\d{3}(?:[ -]?\d{4}){3}\b|\b3[47]\d{2}[ -]?\d{6}[ -]?\d{5}\b", "paid with 4111 1111 1111 1111 today"),
        ["iban"] = (@"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", "to DE89 3704 0044 0532 0130 00 today"),
        ["us-ssn"] = (@"\b\d{3}-\d{2}-\d{4}\b", "ssn 219-09-9999 given"),
        ["phone"] = (@"\+\d{1,3}(?:[ ()./-]{0,2}\d{1,5}){2,6}\b|\b\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b", "call +49 711 21610 back"),
        ["date-of-birth"] = (@"(?i:(\b(?:dob|born|birth(?:day|date)?|date[ _]of[ _]birth|geburtsdatum)\W{1,4}))\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", "dob: 1984-03-07 checked"),
        ["passport"] = (@"(?i:(\bpassport\D{1,16}))\b[A-Z0-9]{6,9}\b", "passport no. C01X00T47 checked"),
        ["postal-address"] = (@"\b\d{1,5}[A-Za-z]? (?:[A-Z][a-z']{1,20} ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Drive|Court|Square)\b", "ship to 12 Baker Street now"),
        ["de-tax-id"] = (@"\b\d{2} ?\d{3} ?\d{3} ?\d{3}\b", "tax id 86 095 742 719 given"),
    };

    private static readonly Dictionary<string, (string Pattern, string Sample)> s_credentials = new(StringComparer.Ordinal)
    {
        [NamedSecret.Bearer] = (@"(?i:(\bbearer ))[\w.~+/=-]{8,}", "Authorization: Bearer abcdefgh12345678 sent"),
        [NamedSecret.BasicHeader] = (@"(?i:(\bbasic ))[A-Za-z0-9+/=]{8,1024}", "Authorization: Basic YWRhOm9wZW5zZXNhbWU= sent"),
        [NamedSecret.Password] = (Field(@"[\w.-]{0,32}(?:password|passwd|pwd|passphrase)"), "login password=opensesame ok"),
        [NamedSecret.Generic] = (Field(@"[\w.-]{0,32}(?:secret|token|api_?key)"), "refresh token=opensesame ok"),
        [NamedSecret.ConnectionString] = (@"(?i:(\b(?:password|pwd) ?= ?))[^;""'\s]{1,256}", "Server=db;Password=opensesame;Database=shop"),
        [NamedSecret.NetRc] = (@"(\bmachine \S{1,255} login \S{1,128} password )\S{1,256}", "machine git.internal login ada password opensesame"),
        [NamedSecret.SasSignature] = (@"(?i:([?&]sig=))[\w%+/=-]{8,256}", "GET /c?sv=2022-11-02&sig=abcdefgh%3D"),
    };

    private static bool Covers(string kind) => s_personal.ContainsKey(kind) || s_credentials.ContainsKey(kind) || IsUrl(kind) || IsPrivateKey(kind) || NationalId.All.Any(i => i.Kind == kind) || TokenKinds.All.Any(k => k.Kind == kind);

    /// <exception cref="InvalidInputException">There is no such kind, or the field's name is no name.</exception>
    public static RedactionRule For(string rule)
    {
        if (rule.StartsWith(FieldPrefix, StringComparison.Ordinal) && rule[FieldPrefix.Length..] is { Length: > 0 and <= 64 } name && name.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.'))
        {
            return Tested(rule, Field(Regex.Escape(name)), "REDACTED", $"login {name}=opensesame ok", $"{{\"{name}\": \"opensesame\"}}");
        }

        if (s_personal.TryGetValue(rule, out var personal) || s_credentials.TryGetValue(rule, out personal))
        {
            return Tested(rule, personal.Pattern, Label(rule), personal.Sample);
        }

        if (IsUrl(rule))
        {
            return Tested(rule, @"(://[^\s/:@]{0,128}:)[^\s/@]{1,256}@", Label(rule) + "]@", "connect amqp://app:opensesame@mq/orders");
        }

        // A logger writes the whole block on one line, or its lines one after the other: the rule needs the text before it is split into lines.
        if (IsPrivateKey(rule))
        {
            return Tested(rule, "-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY[A-Z ]{0,6}-----[^-]{0,900}", Label(rule), @"key -----BEGIN PRIVATE KEY-----\nopensesame\n");
        }

        if (NationalId.All.FirstOrDefault(i => i.Kind == rule) is { } id)
        {
            return Tested(rule, $@"\b(?:{id.Shape})\b", Label(rule), $"id {ShapeSample.Of(id.Shape)} given");
        }

        var token = TokenKinds.All.FirstOrDefault(k => k.Kind == rule) ?? throw new InvalidInputException(
            $"There is no redaction rule for '{rule[..Math.Min(rule.Length, 64)]}'; expected a kind such as email, jwt or github-personal-access-token, or field: and a field's name.");
        return Tested(rule, token.Shape, Label(rule), $"sent {ShapeSample.Of(token.Shape)} on");
    }

    /// <summary>The rule for a finding: by the value's shape, or by the field where only its name tells the value.</summary>
    public static string? NameOf(string kind, string? field)
    {
        var named = kind is NamedSecret.Password or NamedSecret.Generic || NamedKinds.All.Any(k => k.Kind == kind);
        return field is not null && (named || !Covers(kind)) ? FieldPrefix + field : Covers(kind) ? kind : null;
    }

    private static bool IsPrivateKey(string kind) => PrivateKeyBlock.Kinds.Any(k => k.Kind == kind);

    private static bool IsUrl(string kind) => UrlPassword.Kinds.Any(k => k.Kind == kind);

    private static string Label(string rule) => rule.ToUpperInvariant().Replace('-', '_');

    /// <summary><c>name=value</c>, <c>"name": "value"</c>, <c>name: value</c>, <c>&lt;name&gt;value</c>, <c>key="name" value="value"</c>.</summary>
    private static string Field(string names) => $@"(?i:(\b(?:{names})[""']?(?: ?[:=] ?|>| value=)[""']?))[^\s""',;&}}<]{{1,512}}";

    private static RedactionRule Tested(string rule, string pattern, string label, params string[] samples)
    {
        var expression = new Regex(pattern, Options);
        var replacement = (expression.GetGroupNumbers().Length > 1 ? "${1}" : "") + (label.EndsWith('@') ? $"[{label}" : $"[{label}]");
        return new RedactionRule(
            rule, pattern, replacement, Linear: true,
            [.. samples.Select(s => new RuleSample(s, expression.Replace(s, replacement)))],
            [.. s_ordinary.Where(s => expression.Replace(s, replacement) == s)]);
    }
}

/// <summary>Writes a text that a rule's shape matches, the plainest there is: no token that anyone was ever given.</summary>
internal static class ShapeSample
{
    public static string Of(string shape)
    {
        var p = 0;
        return Alternatives(shape, ref p);
    }

    private static string Alternatives(string shape, ref int p)
    {
        var first = Sequence(shape, ref p);
        while (p < shape.Length && shape[p] == '|')
        {
            p++;
            Sequence(shape, ref p);
        }

        return first;
    }

    private static string Sequence(string shape, ref int p)
    {
        var text = new StringBuilder();
        while (p < shape.Length && shape[p] is not ('|' or ')'))
        {
            var atom = Atom(shape, ref p);
            text.Insert(text.Length, atom, Times(shape, ref p));
        }

        return text.ToString();
    }

    private static string Atom(string shape, ref int p)
    {
        switch (shape[p])
        {
            case '(':
                p += shape.AsSpan(p).StartsWith("(?:") ? 3 : 1;
                var inside = Alternatives(shape, ref p);
                p++;
                return inside;
            case '[':
                var first = shape[p + 1];
                p = shape.IndexOf(']', p) + 1;
                return first.ToString();
            case '\\':
                p += 2;
                return shape[p - 1] == 'd' ? "1" : shape[p - 1].ToString();
            default:
                return shape[p++].ToString();
        }
    }

    private static int Times(string shape, ref int p)
    {
        if (p < shape.Length && shape[p] == '?')
        {
            p++;
            return 0;
        }

        if (p >= shape.Length || shape[p] != '{')
        {
            return 1;
        }

        var end = shape.IndexOf('}', p);
        var least = shape[(p + 1)..end].Split(',')[0];
        p = end + 1;
        return int.Parse(least, System.Globalization.CultureInfo.InvariantCulture);
    }
}
