using System.Text;
using System.Text.Unicode;

namespace Sutazai.Agents;

/// <summary>Which encoding a text file is in, judged by its first bytes.</summary>
/// <param name="Name">As IANA names it, with <c>-bom</c> added where a byte order mark was found.</param>
/// <param name="PreambleBytes">Length of the byte order mark.</param>
public sealed record TextEncoding(Encoding Encoding, string Name, int PreambleBytes)
{
    /// <summary>How many bytes <see cref="Detect"/> wants to see.</summary>
    public const int SampleBytes = 1 << 16;

    private static readonly Encoding s_windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    /// <summary>
    /// A byte order mark decides; else UTF-16 where every second byte is mostly NUL; else UTF-8 where the sample is valid UTF-8; else
    /// Windows-1252, which decodes any bytes.
    /// </summary>
    public static TextEncoding Detect(ReadOnlySpan<byte> sample) => sample switch
    {
        [0xEF, 0xBB, 0xBF, ..] => new(Encoding.UTF8, "utf-8-bom", 3),
        [0xFF, 0xFE, 0x00, 0x00, ..] => new(Encoding.UTF32, "utf-32le-bom", 4),
        [0xFF, 0xFE, ..] => new(Encoding.Unicode, "utf-16le-bom", 2),
        [0xFE, 0xFF, ..] => new(Encoding.BigEndianUnicode, "utf-16be-bom", 2),
        _ => DetectWithoutMark(sample),
    };

    private static TextEncoding DetectWithoutMark(ReadOnlySpan<byte> sample)
    {
        var (evenNuls, oddNuls) = CountNuls(sample);
        var half = sample.Length / 2;
        if (half >= 2 && oddNuls > half * 0.7 && evenNuls < half * 0.2)
        {
            return new(Encoding.Unicode, "utf-16le", 0);
        }

        if (half >= 2 && evenNuls > half * 0.7 && oddNuls < half * 0.2)
        {
            return new(Encoding.BigEndianUnicode, "utf-16be", 0);
        }

        return Utf8.IsValid(WithoutCutCharacter(sample)) ? new(Encoding.UTF8, "utf-8", 0) : new(s_windows1252, "windows-1252", 0);
    }

    private static (int Even, int Odd) CountNuls(ReadOnlySpan<byte> sample)
    {
        int even = 0, odd = 0;
        for (var i = 0; i < sample.Length; i++)
        {
            if (sample[i] == 0)
            {
                if (i % 2 == 0)
                {
                    even++;
                }
                else
                {
                    odd++;
                }
            }
        }

        return (even, odd);
    }

    private static ReadOnlySpan<byte> WithoutCutCharacter(ReadOnlySpan<byte> sample)
    {
        if (sample.Length < SampleBytes)
        {
            return sample;
        }

        // Step back over at most three continuation bytes and the byte that starts them.
        var end = sample.Length;
        for (var back = 1; back <= 4; back++)
        {
            var b = sample[end - back];
            if (b < 0x80)
            {
                break;
            }

            if (b >= 0xC0)
            {
                return sample[..(end - back)];
            }
        }

        return sample;
    }
}
