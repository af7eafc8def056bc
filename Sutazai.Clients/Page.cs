namespace Sutazai.Clients;

/// <summary>A part of a list. <c>page</c> counts from 1.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, int Total, [property: System.Text.Json.Serialization.JsonPropertyName("page")] int Number, int PageSize);
