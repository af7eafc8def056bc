namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>The key that a value is written under: <c>email=v</c>, <c>"user": "v"</c>, <c>Client IP: v</c> gives IP.</summary>
internal static class FieldName
{
    private const int Reach = 48;

    /// <summary>Names the field of every detection that has none yet.</summary>
    public static void Attach(in TextWindow window, List<Detection> found)
    {
        for (var i = 0; i < found.Count; i++)
        {
            if (found[i].Field is null)
            {
                found[i] = found[i] with { Field = Before(window, (int)(found[i].Start - window.Start)) };
            }
        }
    }

    private static string? Before(in TextWindow window, int position)
    {
        var text = window.Text[Math.Max(0, position - Reach)..position].TrimEnd("\"'` \t[(<");
        if (text is not [.., '=' or ':'])
        {
            return null;
        }

        text = text[..^1].TrimEnd("\"'` \t");
        var start = text.Length;
        while (start > 0 && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] is '_' or '-' or '.'))
        {
            start--;
        }

        var name = text[start..];
        var userOfUrl = start > 0 && text[start - 1] == '/';
        return name.Length is > 1 and <= 40 && !userOfUrl && !char.IsAsciiDigit(name[0]) ? name.ToString() : null;
    }
}
