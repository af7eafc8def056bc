using System.Buffers;
using System.Runtime.CompilerServices;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>Looks for the values in one window and adds them in any order; overlaps are settled later.</summary>
internal delegate void Detect(in TextWindow window, List<Detection> found);

/// <summary>
/// Runs detectors over a text of any length in constant memory: a buffer slides over it, every hit is judged exactly once and with its
/// surroundings, and a line may be as long as it likes.
/// </summary>
internal static class DetectionStream
{
    private const int BufferLength = 1 << 17;

    /// <summary>The detections in the order of the text, with no two overlapping.</summary>
    public static async IAsyncEnumerable<Detection> ReadAsync(
        TextReader reader, IReadOnlyList<Detect> detectors, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<char>.Shared.Rent(BufferLength);
        try
        {
            List<Detection> found = [], waiting = [];
            var lines = new LineCount();
            long start = 0;
            int from = 0, end = 0;
            bool last;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                end += await reader.ReadBlockAsync(buffer.AsMemory(end, BufferLength - end), cancellationToken);
                last = end < BufferLength;
                var to = last ? end : end - TextWindow.LookAhead;
                var settled = last ? end : Math.Max(0, to - TextWindow.LookBehind);
                lines = Look(new TextWindow(buffer, start, from, to, end), settled, detectors, found, lines);
                waiting.AddRange(found);
                found.Clear();

                foreach (var detection in Overlaps.Settle(waiting, last ? long.MaxValue : start + settled))
                {
                    yield return detection;
                }

                buffer.AsSpan(settled, end - settled).CopyTo(buffer);
                start += settled;
                end -= settled;
                from = to - settled;
            }
            while (!last);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>The detections of a text that is in memory.</summary>
    public static List<Detection> Read(string text, IReadOnlyList<Detect> detectors, CancellationToken cancellationToken)
    {
        List<Detection> found = [], settled = [];
        var buffer = text.ToCharArray();
        var lines = new LineCount();
        for (int from = 0, to; from < buffer.Length; from = to)
        {
            cancellationToken.ThrowIfCancellationRequested();
            to = Math.Min(buffer.Length, from + BufferLength);
            var end = Math.Min(buffer.Length, to + TextWindow.LookAhead);
            List<Detection> inWindow = [];
            lines = Look(new TextWindow(buffer, 0, from, to, end), Math.Max(0, to - TextWindow.LookBehind), detectors, inWindow, lines);
            found.AddRange(inWindow);
        }

        settled.AddRange(Overlaps.Settle(found, long.MaxValue));
        return settled;
    }

    private static LineCount Look(in TextWindow window, int settled, IReadOnlyList<Detect> detectors, List<Detection> found, LineCount lines)
    {
        foreach (var detect in detectors)
        {
            detect(window, found);
        }

        if (found.Count > 0)
        {
            found.Sort(static (a, b) => a.Start.CompareTo(b.Start));
            var here = lines;
            for (var i = 0; i < found.Count; i++)
            {
                here = here.MovedTo(window, found[i].Start);
                found[i] = found[i] with { Line = here.Line, Column = found[i].Start - here.LineStart + 1 };
            }
        }

        return lines.MovedTo(window, window.Start + settled);
    }

    private readonly record struct LineCount(long Position, long NewLines, long LineStart)
    {
        public long Line => NewLines + 1;

        public LineCount MovedTo(in TextWindow window, long position)
        {
            if (position <= Position)
            {
                return this;
            }

            var passed = window.Text[(int)(Position - window.Start)..(int)(position - window.Start)];
            var last = passed.LastIndexOf('\n');
            return last < 0
                ? this with { Position = position }
                : new LineCount(position, NewLines + passed.Count('\n'), Position + last + 1);
        }
    }
}
