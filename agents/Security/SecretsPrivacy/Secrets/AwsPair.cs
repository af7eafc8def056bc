namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>The secret half of an AWS access key, standing on the line of its id with no name: <c>AKIA...,wJalr...</c> in a console's CSV download.</summary>
internal static class AwsPair
{
    private const int Reach = 200;
    private const int SecretLength = 40;

    public static void Detect(in TextWindow window, int hit, List<Detection> found)
    {
        var text = window.Text[hit..Math.Min(window.Text.Length, hit + Reach)];
        text = text.IndexOf('\n') is >= 0 and var end ? text[..end] : text;
        for (var p = 20; p < text.Length; p++)
        {
            var length = 0;
            while (p + length < text.Length && (char.IsAsciiLetterOrDigit(text[p + length]) || text[p + length] is '+' or '/'))
            {
                length++;
            }

            if (length == SecretLength && Entropy.Of(text.Slice(p, length)) >= 4.2 && !text.Slice(p, length).ContainsAnyExceptInRange('+', '~') && HasCases(text.Slice(p, length)))
            {
                var value = text.Slice(p, length).ToString();
                found.Add(new Detection("aws-secret-access-key", window.Start + hit + p, value, Placeholders.Is(value) ? Confidence.Placeholder : Confidence.Medium)
                {
                    Check = "beside an access key id, high entropy",
                });
                return;
            }

            p += length;
        }
    }

    private static bool HasCases(ReadOnlySpan<char> value) => value.ContainsAnyInRange('A', 'Z') && value.ContainsAnyInRange('a', 'z') && value.ContainsAnyInRange('0', '9');
}
