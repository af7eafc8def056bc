using System.Globalization;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>
/// Strict multidimensional partitioning, LeFevre, DeWitt and Ramakrishnan 2006: halve the widest column at its median while both halves keep
/// k rows. Numbers become ranges; other values their common beginning (<c>701**</c>) or the set of them.
/// </summary>
internal sealed class Mondrian
{
    private const int MaxSet = 4;
    private readonly List<string[]> _rows;
    private readonly int[] _columns;
    private readonly int _k;
    private readonly double[]?[] _numbers;
    private readonly int[][] _ranks;
    private readonly double[] _widths;
    private double _loss;

    public Mondrian(List<string[]> rows, int[] columns, int k)
    {
        (_rows, _columns, _k) = (rows, columns, k);
        _numbers = [.. columns.Select(Numbers)];
        _ranks = [.. columns.Select((c, i) => Ranks(c, _numbers[i]))];
        _widths = [.. columns.Select((_, i) => Width(i, Enumerable.Range(0, rows.Count)))];
    }

    /// <summary>Generalises the rows in place.</summary>
    /// <returns>Normalised certainty penalty: 0 keeps every value, 1 says nothing about any.</returns>
    public double Apply(CancellationToken cancellationToken)
    {
        Stack<List<int>> open = new([[.. Enumerable.Range(0, _rows.Count)]]);
        List<List<int>> leaves = [];
        while (open.TryPop(out var part))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Split(part) is var (low, high))
            {
                open.Push(high);
                open.Push(low);
            }
            else
            {
                leaves.Add(part);
            }
        }

        foreach (var leaf in leaves)
        {
            for (var i = 0; i < _columns.Length; i++)
            {
                Generalize(leaf, i);
            }
        }

        return Math.Round(_loss / (_rows.Count * (double)_columns.Length), 4);
    }

    private (List<int> Low, List<int> High)? Split(List<int> part)
    {
        if (part.Count < 2 * _k)
        {
            return null;
        }

        foreach (var column in Enumerable.Range(0, _columns.Length).OrderByDescending(i => _widths[i] == 0 ? 0 : Width(i, part) / _widths[i]).ThenBy(i => i))
        {
            var ranks = _ranks[column];
            var ordered = part.Select(r => ranks[r]).Order().ToArray();
            var median = ordered[(ordered.Length - 1) / 2];

            // Equal values stay together, so the cut is after the median's value or, where that leaves too few, before it.
            foreach (var cut in (ReadOnlySpan<int>)[median, median - 1])
            {
                var low = part.Where(r => ranks[r] <= cut).ToList();
                if (low.Count >= _k && part.Count - low.Count >= _k)
                {
                    return (low, part.Where(r => ranks[r] > cut).ToList());
                }
            }
        }

        return null;
    }

    private void Generalize(List<int> leaf, int column)
    {
        var at = _columns[column];
        var distinct = leaf.Select(r => _rows[r][at].Trim()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (distinct.Count == 1)
        {
            foreach (var row in leaf)
            {
                _rows[row][at] = distinct[0];
            }

            return;
        }

        _loss += _widths[column] == 0 ? 0 : leaf.Count * Width(column, leaf) / _widths[column];
        var general = _numbers[column] is { } numbers
            ? string.Create(CultureInfo.InvariantCulture, $"{leaf.Min(r => numbers[r])}..{leaf.Max(r => numbers[r])}")
            : Common(distinct);
        foreach (var row in leaf)
        {
            _rows[row][at] = general;
        }
    }

    private static string Common(List<string> values)
    {
        var prefix = values[0].AsSpan().CommonPrefixLength(values[^1]);
        return prefix > 0 && values.TrueForAll(v => v.Length == values[0].Length) ? values[0][..prefix] + new string('*', values[0].Length - prefix)
            : values.Count <= MaxSet ? $"{{{string.Join('|', values)}}}"
            : "*";
    }

    private double Width(int column, IEnumerable<int> part)
    {
        var numbers = _numbers[column];
        var (low, high) = (double.MaxValue, double.MinValue);
        foreach (var row in part)
        {
            var value = numbers is null ? _ranks[column][row] : numbers[row];
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        }

        return high - low;
    }

    // 01234 is a code, not a number: its zero must survive.
    private double[]? Numbers(int column)
    {
        var numbers = new double[_rows.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            var value = _rows[i][column].Trim();
            if (value is ['0', >= '0' and <= '9', ..] || value.Length > 15
                || !double.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return null;
            }
        }

        return numbers;
    }

    private int[] Ranks(int column, double[]? numbers)
    {
        if (numbers is not null)
        {
            var places = numbers.Distinct().Order().Select((v, i) => (v, i)).ToDictionary(x => x.v, x => x.i);
            return [.. numbers.Select(n => places[n])];
        }

        var order = _rows.Select(r => r[column].Trim()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select((v, i) => (v, i)).ToDictionary(x => x.v, x => x.i, StringComparer.Ordinal);
        return [.. _rows.Select(r => order[r[column].Trim()])];
    }
}
