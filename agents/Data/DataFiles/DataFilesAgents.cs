namespace Sutazai.Agents.Data.DataFiles;

public static class DataFilesAgents
{
    public static AgentGroup Group { get; } = new("data-files", "Says what is in data files: tables, JSON, Parquet and spreadsheets.")
    {
        Agents = [AgentEntry.Of<CsvProfiler>(), AgentEntry.Of<JsonProfiler>(), AgentEntry.Of<ParquetInspector>(), AgentEntry.Of<SpreadsheetInspector>(), AgentEntry.Of<DataQualityAuditor>()],
    };
}
