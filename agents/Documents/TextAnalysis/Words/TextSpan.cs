namespace Sutazai.Agents.Documents.TextAnalysis.Words;

/// <summary>Where something stands in a text, in UTF-16 code units; <paramref name="End"/> is the first one after it.</summary>
public readonly record struct TextSpan(int Start, int End);
