namespace Sutazai.Agents.Code.CSharpAnalysis.DeadCode;

public enum UnusedKind
{
    Type,
    Method,
    Constructor,
    Property,
    Field,
    WriteOnlyField,
    Event,
    EnumMember,
    LocalFunction,
    Parameter,
    Local,
    Using,
}

/// <param name="Because">What the finding rests on.</param>
/// <param name="Doubts">What may use the symbol all the same.</param>
public sealed record UnusedSymbol(string Symbol, UnusedKind Kind, Confidence Confidence, string File, int Line, string Because, IReadOnlyList<string> Doubts);
