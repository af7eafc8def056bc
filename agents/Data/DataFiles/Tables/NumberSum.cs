using System.Numerics;

namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>
/// A sum that no order of the values changes: numbers of at most 18 digits are summed exactly, the others with the compensation of
/// A. Neumaier (1974).
/// </summary>
internal sealed class NumberSum
{
    private readonly Int128[] _byScale = new Int128[Cell.MaxExactDigits + 1];
    private double _rest;
    private double _compensation;

    public void Add(in Cell cell)
    {
        if (cell.Scale >= 0)
        {
            _byScale[cell.Scale] += cell.Value;
            return;
        }

        var sum = _rest + cell.Number;
        _compensation += Math.Abs(_rest) >= Math.Abs(cell.Number) ? _rest - sum + cell.Number : cell.Number - sum + _rest;
        _rest = sum;
    }

    public double Mean(long count)
    {
        BigInteger total = 0;
        for (var scale = 0; scale < _byScale.Length; scale++)
        {
            total += (BigInteger)_byScale[scale] * BigInteger.Pow(10, Cell.MaxExactDigits - scale);
        }

        return CellText.Ratio(total, BigInteger.Pow(10, Cell.MaxExactDigits) * count) + ((_rest + _compensation) / count);
    }
}
