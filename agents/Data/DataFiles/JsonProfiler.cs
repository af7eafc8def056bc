using System.ComponentModel;
using Microsoft.SemanticKernel;
using Sutazai.Agents.Data.DataFiles.Documents;

namespace Sutazai.Agents.Data.DataFiles;

public sealed class JsonProfiler : IAgent
{
    public static AgentDefinition Definition { get; } = new("json-profiler")
    {
        Purpose = "Describes a pile of JSON documents: every path, its types, how often it occurs and an example.",
        Instructions = """
            You turn JSON into a data dictionary. Call paths with all the documents; call depth when the question is about nesting or size.
            Write one dictionary line a path: the path, its type, whether it is always there (frequency 1) or optional, the example, and a
            short meaning that you mark as a guess. Point out paths of type mixed and members named twice. Invent no path.
            """,
        Examples =
        [
            new("Write a data dictionary for these events.") { Files = ["@events.jsonl"], Calls = ["paths"], Says = ["$.user.email", "0.6667"] },
            new("""How deep is {"a": [{"b": [1, 2, 3]}]}?""") { Calls = ["depth"], Says = ["$.a[].b"] },
        ],
    };

    [KernelFunction("paths")]
    [Description("Lists the paths of JSON documents with type, frequency, example and format. Takes documents, arrays of them, and JSON Lines.")]
    [ToolExample("""{ "json": ["@events.jsonl"] }""", """
        {
          "documents": 3, "total": 8, "duplicateMembers": 0, "valuesLeftOut": 0,
          "paths": [
            { "path": "$", "type": "object", "count": 3, "frequency": 1, "example": null },
            { "path": "$.id", "type": "mixed", "count": 3, "frequency": 1, "example": 1, "types": [{ "type": "integer", "count": 2 }, { "type": "string", "count": 1 }] },
            { "path": "$.at", "type": "string", "count": 3, "frequency": 1, "example": "2024-05-01T08:00:00Z", "format": "date-time" },
            { "path": "$.user", "type": "object", "count": 2, "frequency": 0.6667 },
            { "path": "$.user.email", "type": "string", "count": 2, "frequency": 1, "example": "ada@example.org", "format": "email" },
            { "path": "$.items", "type": "array", "count": 3, "frequency": 1, "minItems": 0, "maxItems": 2 },
            { "path": "$.items[]", "type": "object", "count": 3, "frequency": 0.6667 },
            { "path": "$.items[].price", "type": "number", "count": 3, "frequency": 1, "example": 9.5, "types": [{ "type": "number", "count": 2 }, { "type": "integer", "count": 1 }] }
          ]
        }
        """, Partial = true)]
    [ToolExample("""{ "json": ["{\"a b\": null, \"x\": 1, \"x\": 2}", "[true]"] }""", """
        {
          "documents": 2, "total": 4, "duplicateMembers": 1,
          "paths": [
            { "path": "$", "type": "mixed", "count": 2 },
            { "path": "$['a b']", "type": "null", "count": 1, "frequency": 1, "example": null },
            { "path": "$.x", "type": "integer", "count": 2, "frequency": 1, "example": 1 },
            { "path": "$[]", "type": "boolean", "count": 1, "frequency": 1, "example": true }
          ]
        }
        """, Nasty = true, Partial = true)]
    [ToolExample("""{ "json": ["{\"a\": [1, 2}"] }""", "is not JSON at line 1, byte 12", Nasty = true, Fails = true)]
    public static async Task<JsonPathReport> PathsAsync(
        [Description("JSON documents: each one document, an array, or JSON Lines.")] IReadOnlyList<Artifact> json,
        [Description("The most paths to list.")] int limit = 500,
        CancellationToken cancellationToken = default)
    {
        if (json is [] || limit < 1)
        {
            throw new InvalidInputException("'json' holds at least one document, and 'limit' is at least 1.");
        }

        var tree = new JsonPathTree();
        foreach (var document in json)
        {
            await JsonTokens.ReadAsync(document, tree.Add, cancellationToken);
        }

        var nodes = tree.Nodes().ToArray();
        return new JsonPathReport(tree.Documents, nodes.Length, [.. nodes.Take(limit).Select(n => n.ToPath())])
        {
            DuplicateMembers = nodes.Sum(n => n.Duplicates),
            Collapsed = [.. nodes.Where(n => n.Collapsed).Take(limit).Select(n => n.Path)],
            ValuesLeftOut = tree.ValuesLeftOut,
        };
    }

    [KernelFunction("depth")]
    [Description("Measures a JSON text: how deeply it nests, its size in bytes, and the lengths of its arrays.")]
    [ToolExample("""{ "json": "{\"a\": [{\"b\": [1, 2, 3]}, {\"b\": []}]}" }""", """
        {
          "depth": 4, "size": 36, "deepestPath": "$.a[].b", "arraysTotal": 2, "documents": 1, "objects": 3, "members": 3,
          "arrays": [{ "path": "$.a[].b", "count": 2, "minItems": 0, "maxItems": 3 }, { "path": "$.a", "count": 1, "minItems": 2, "maxItems": 2 }]
        }
        """)]
    [ToolExample("""{ "json": "@nested.json" }""", "The maximum configured depth of 512 has been exceeded", Nasty = true, Fails = true)]
    [ToolExample("""{ "json": " " }""", "is empty; JSON or JSON Lines was expected", Nasty = true, Fails = true)]
    public static async Task<JsonDepthReport> DepthAsync(
        [Description("One document, an array, or JSON Lines.")] Artifact json,
        [Description("The most arrays to list.")] int limit = 50,
        CancellationToken cancellationToken = default)
    {
        var tree = new JsonPathTree();
        var size = await JsonTokens.ReadAsync(json, tree.Add, cancellationToken);
        var arrays = tree.Nodes().Where(n => n.Count(JsonType.Array) > 0).Select(n => n.ToArrayShape()).ToArray();
        return new JsonDepthReport(tree.Depth, size, [.. arrays.OrderByDescending(a => a.MaxItems).ThenBy(a => a.Path, StringComparer.Ordinal).Take(limit)])
        {
            DeepestPath = tree.DeepestPath,
            ArraysTotal = arrays.Length,
            Documents = tree.Documents,
            Objects = tree.Objects,
            Members = tree.Members,
        };
    }
}
