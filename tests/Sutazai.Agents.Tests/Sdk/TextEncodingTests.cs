using System.Text;
using CsCheck;

namespace Sutazai.Agents.Tests.Sdk;

public class TextEncodingTests
{
    public static TheoryData<byte[], string> Texts => new()
    {
        { [], "utf-8" },
        { "plain"u8.ToArray(), "utf-8" },
        { "Grüße"u8.ToArray(), "utf-8" },
        { [0xEF, 0xBB, 0xBF, .. "Grüße"u8], "utf-8-bom" },
        { [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("Grüße")], "utf-16le-bom" },
        { [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("Grüße")], "utf-16be-bom" },
        { [0xFF, 0xFE, 0, 0, .. Encoding.UTF32.GetBytes("Grüße")], "utf-32le-bom" },
        { Encoding.Unicode.GetBytes("city,people\nBern,1"), "utf-16le" },
        { Encoding.BigEndianUnicode.GetBytes("city,people\nBern,1"), "utf-16be" },
        { [(byte)'G', (byte)'r', 0xFC, 0xDF, (byte)'e'], "windows-1252" },
        { [0x80, .. "uro"u8], "windows-1252" },
    };

    [Theory, MemberData(nameof(Texts))]
    public void Encoding_is_known_by_its_bytes(byte[] bytes, string name) => Assert.Equal(name, TextEncoding.Detect(bytes).Name);

    [Theory]
    [InlineData("ü", 1)]
    [InlineData("€", 1)]
    [InlineData("€", 2)]
    [InlineData("😀", 1)]
    [InlineData("😀", 2)]
    [InlineData("😀", 3)]
    public void Character_cut_at_the_samples_end_is_no_other_encoding(string character, int kept)
    {
        byte[] whole = [.. Enumerable.Repeat((byte)'a', TextEncoding.SampleBytes - kept), .. Encoding.UTF8.GetBytes(character)];

        Assert.Equal("utf-8", TextEncoding.Detect(whole.AsSpan(0, TextEncoding.SampleBytes)).Name);
    }

    [Fact]
    public async Task Text_is_read_back_in_every_encoding()
    {
        Encoding[] encodings = [Encoding.UTF8, new UTF8Encoding(false), Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32];
        await Gen.Select(Gen.Int[0, encodings.Length - 1].Select(n => encodings[n]), Gen.Char["aé€ \n"].Array[1, 100]).SampleAsync(async (encoding, characters) =>
        {
            var text = new string(characters);
            byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(text)];
            return await Artifact.FromBytes(bytes, "a.txt").ReadTextAsync(CancellationToken.None) == text;
        });
    }

    [Fact]
    public async Task Text_over_the_limit_is_refused() => await Assert.ThrowsAsync<InvalidInputException>(
        async () => await Artifact.FromText(new string('a', 101)).ReadTextAsync(TestContext.Current.CancellationToken, maxCharacters: 100));
}
