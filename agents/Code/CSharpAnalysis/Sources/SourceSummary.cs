namespace Sutazai.Agents.Code.CSharpAnalysis.Sources;

/// <summary>What was read, and what stood in the way of reading it well. Part of every result of the group.</summary>
/// <param name="Files">Sources written by hand; <paramref name="Generated"/> ones are compiled but not reported on.</param>
public sealed record SourceSummary(
    IReadOnlyList<string> Projects,
    int Files,
    int Generated,
    int Lines,
    SyntaxErrors SyntaxErrors,
    UnresolvedNames Unresolved,
    IReadOnlyList<SkippedFile> Skipped);

/// <param name="First">The first ones, in the order of files.</param>
public sealed record SyntaxErrors(int Count, IReadOnlyList<SyntaxError> First);

public sealed record SyntaxError(string File, int Line, string Id, string Message);

/// <summary>Types and namespaces that declarations name and neither the sources nor the framework define: packages that were not sent.</summary>
public sealed record UnresolvedNames(int Count, IReadOnlyList<string> First);

public sealed record SkippedFile(string File, string Reason);

/// <summary>Lines and columns count from 1; the end is the first position after.</summary>
public sealed record CodeSpan(string File, int Line, int Column, int EndLine, int EndColumn);
