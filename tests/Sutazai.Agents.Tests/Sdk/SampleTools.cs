using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using Microsoft.SemanticKernel;
using Sutazai.Clients;

namespace Sutazai.Agents.Tests.Sdk;

/// <summary>Tools whose only job is to be bound, chosen and called in all the ways there are.</summary>
internal sealed class SampleTools
{
    public enum Shape
    {
        Round,
        VeryLong,
    }

    public sealed record Box(string Name, int Count = 1, Artifact? File = null, IReadOnlyList<Box>? Inside = null);

    [KernelFunction("bind"), Description("Says what it was given.")]
    public static async Task<IReadOnlyList<string>> BindAsync(
        [Description("How many there are.")] int count,
        [Description("A name to be used.")] string name,
        [Description("What form it has.")] Shape shape = Shape.Round,
        [Description("Boxes within boxes.")] Box? box = null,
        [Description("A file to be read.")] Artifact? file = null,
        [Description("Files to be read.")] IReadOnlyList<Artifact>? files = null,
        [Description("A number, or none.")] double? limit = null,
        CancellationToken cancellationToken = default)
    {
        List<string> said = [count.ToString(CultureInfo.InvariantCulture), name, shape.ToString(), box?.Name ?? "no box", limit?.ToString(CultureInfo.InvariantCulture) ?? "no limit"];
        foreach (var artifact in new[] { file, box?.File }.Concat(files ?? []).OfType<Artifact>())
        {
            said.Add($"{artifact.Name}={await artifact.ReadTextAsync(cancellationToken)}");
        }

        return said;
    }

    [KernelFunction("count_words"), Description("Counts the words of a text.")]
    public static int CountWords([Description("The text to be counted.")] string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    [KernelFunction("read_table"), Description("Reads a table with its columns.")]
    public static string ReadTable([Description("The table to be read.")] Artifact table, [Description("Rows to be shown.")] int rows = 10) => $"{table.Name} {rows}";

    [KernelFunction("compare"), Description("Compares two versions of a document.")]
    public static string Compare([Description("The old version of it.")] Artifact before, [Description("The new version of it.")] Artifact after) => $"{before.Name} {after.Name}";

    [KernelFunction("merge"), Description("Merges logs into a timeline.")]
    public static int Merge([Description("The logs to be merged.")] IReadOnlyList<Artifact> logs) => logs.Count;

    public static AgentTool Tool(string name) => Tools(name).Single();

    public static IReadOnlyList<AgentTool> Tools(params IReadOnlyList<string> names) => [.. AgentTool.Of(typeof(SampleTools)).Where(t => names.Contains(t.Name))];

    /// <summary>Binds and calls; <c>art_1</c> is a stored file and <c>art_2</c> an expired one.</summary>
    public static async Task<string> CallAsync(string tool, string arguments)
    {
        var chosen = Tool(tool);
        var bound = await chosen.BindAsync(JsonElement.Parse(arguments, new JsonDocumentOptions { MaxDepth = 200 }), new Shelf(), TestContext.Current.CancellationToken);
        return JsonSerializer.Serialize(await chosen.InvokeAsync(new SampleTools(), bound, TestContext.Current.CancellationToken), SutazaiJson.Options);
    }

    private sealed class Shelf : IArtifactSource
    {
        public bool Recognises(string reference) => reference is "art_1" or "art_2";

        public ValueTask<Artifact?> FindAsync(string reference, CancellationToken cancellationToken) =>
            ValueTask.FromResult(reference == "art_1" ? Artifact.FromText("stored", "shelf.txt") : null);
    }
}
