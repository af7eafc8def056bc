namespace Sutazai.Agents.Code.CSharpAnalysis.Sources;

/// <summary>
/// A look at the raw text before the compiler parses it. Roslyn 5.12 overflows the stack on some ten thousand braces in an expression,
/// takes minutes for as many square brackets, and doubles its time with each interpolated string inside another.
/// Strings and comments count like code, since telling them apart is what the parser is for; the limits lie far above real sources.
/// </summary>
internal static class NestingGuard
{
    /// <summary>Brackets, or angle brackets within a statement, open at once.</summary>
    public const int MaxBrackets = 300;

    private const int MaxInterpolations = 10;

    // What one level costs the parser at most (measured), times these, stays below DeepStack.Bytes.
    private const int MaxAngles = 40_000;
    private const int MaxQuestions = 100_000;

    public static bool IsWithin(ReadOnlySpan<char> text)
    {
        if (text.Count('<') > MaxAngles || text.Count('?') > MaxQuestions)
        {
            return false;
        }

        var hasInterpolation = new bool[MaxBrackets + 2];
        var isHole = new bool[MaxBrackets + 2];
        var (open, angles, holes) = (0, 0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '(' or '[' or '{':
                    isHole[open + 1] = text[i] == '{' && hasInterpolation[open];
                    holes += isHole[++open] ? 1 : 0;
                    hasInterpolation[open] = false;
                    angles = text[i] == '{' ? 0 : angles;
                    break;
                case ')' or ']' or '}' when open > 0:
                    holes -= isHole[open--] ? 1 : 0;
                    break;
                case '$' when i + 1 < text.Length && text[i + 1] is '"' or '@' or '$':
                    hasInterpolation[open] = true;
                    break;
                case '<':
                    angles++;
                    break;
                case '>' when angles > 0:
                    angles--;
                    break;
                case ';':
                    angles = 0;
                    hasInterpolation[open] = false;
                    break;
            }

            if (open > MaxBrackets || angles > MaxBrackets || holes > MaxInterpolations)
            {
                return false;
            }
        }

        return true;
    }
}
