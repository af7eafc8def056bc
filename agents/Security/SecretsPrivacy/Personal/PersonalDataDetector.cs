using System.Buffers;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Finds personal data in a window: stops at the characters that such values hold and judges what is around each.</summary>
/// <param name="region">ISO 3166 code that national telephone numbers are read for.</param>
internal sealed class PersonalDataDetector(string region)
{
    private static readonly SearchValues<char> s_stops = SearchValues.Create("0123456789@:+");

    public void Detect(in TextWindow window, List<Detection> found)
    {
        var text = window.Text;
        for (var p = window.From; p < window.To; p++)
        {
            var next = text[p..window.To].IndexOfAny(s_stops);
            if (next < 0)
            {
                break;
            }

            p += next;
            switch (text[p])
            {
                case '@':
                    Add(EmailAddress.Read(window, p), found);
                    break;
                case ':':
                    Add(NetworkAddress.ReadAtColon(window, p), found);
                    break;
                default:
                    if (IsStart(text, p))
                    {
                        DetectAt(window, p, found);
                    }

                    break;
            }
        }

        PostalAddress.Detect(window, found);
        NamedPerson.Detect(window, found);
    }

    private void DetectAt(in TextWindow window, int p, List<Detection> found)
    {
        if (char.IsAsciiDigit(window.Text[p]))
        {
            Add(NetworkAddress.ReadAtDigit(window, p), found);
            Add(NumberRun.ReadCard(window, p), found);
            NumberRun.DetectNationalIds(window, p, found);
        }

        NumberRun.DetectWithLetters(window, p, found);
        Add(TelephoneNumber.Read(window, p, region), found);
    }

    /// <summary>The first digit of a run, or a plus before one; a letter may stand before (IBAN, passports), a digit or a point with a digit not.</summary>
    private static bool IsStart(ReadOnlySpan<char> text, int p) =>
        p == 0 || (!char.IsAsciiDigit(text[p - 1]) && text[p - 1] != '+' && !(text[p - 1] is '.' or ',' && p > 1 && char.IsAsciiDigit(text[p - 2])));

    private static void Add(Detection? detection, List<Detection> found)
    {
        if (detection is not null)
        {
            found.Add(detection);
        }
    }
}
