using System.Numerics;

namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>
/// HyperLogLog with 2^14 registers (standard error 0.8 %), read by the improved raw estimator of O. Ertl, "New cardinality estimation
/// algorithms for HyperLogLog sketches" (arXiv:1702.01284, algorithm 6), which needs no bias tables.
/// </summary>
internal sealed class DistinctEstimate
{
    private const int Precision = 14;
    private const int Registers = 1 << Precision;
    private const int MaxRank = 64 - Precision + 1;

    private readonly byte[] _ranks = new byte[Registers];

    public void Add(ulong hash)
    {
        ref var rank = ref _ranks[hash >> (64 - Precision)];
        var seen = (byte)Math.Min(BitOperations.LeadingZeroCount(hash << Precision) + 1, MaxRank);
        if (seen > rank)
        {
            rank = seen;
        }
    }

    public long Count()
    {
        var histogram = new int[MaxRank + 1];
        foreach (var rank in _ranks)
        {
            histogram[rank]++;
        }

        var z = Registers * Tau(1 - ((double)histogram[MaxRank] / Registers));
        for (var rank = MaxRank - 1; rank >= 1; rank--)
        {
            z = 0.5 * (z + histogram[rank]);
        }

        z += Registers * Sigma((double)histogram[0] / Registers);
        return (long)Math.Round(Registers / (2 * Math.Log(2)) * Registers / z);
    }

    private static double Sigma(double x)
    {
        if (x >= 1)
        {
            return double.PositiveInfinity;
        }

        double y = 1, z = x, before;
        do
        {
            x *= x;
            before = z;
            z += x * y;
            y += y;
        }
        while (z > before);
        return z;
    }

    private static double Tau(double x)
    {
        if (x is <= 0 or >= 1)
        {
            return 0;
        }

        double y = 1, z = 1 - x, before;
        do
        {
            x = Math.Sqrt(x);
            before = z;
            y *= 0.5;
            z -= (1 - x) * (1 - x) * y;
        }
        while (z < before);
        return z / 3;
    }
}
