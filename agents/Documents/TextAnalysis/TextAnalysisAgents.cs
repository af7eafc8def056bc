namespace Sutazai.Agents.Documents.TextAnalysis;

public static class TextAnalysisAgents
{
    public static AgentGroup Group { get; } = new("text-analysis", "Finds keywords, sentences, language, mood and entities in plain text.")
    {
        Agents =
        [
            AgentEntry.Of<KeywordExtractor>(),
            AgentEntry.Of<ExtractiveSummarizer>(),
            AgentEntry.Of<LanguageDetector>(),
            AgentEntry.Of<SentimentScorer>(),
            AgentEntry.Of<EntityExtractor>(),
        ],
    };
}
