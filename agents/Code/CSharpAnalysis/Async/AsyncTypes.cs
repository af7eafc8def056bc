using Microsoft.CodeAnalysis;

namespace Sutazai.Agents.Code.CSharpAnalysis.Async;

/// <summary>The framework's types that the rules turn on.</summary>
internal static class AsyncTypes
{
    // Nothing is held by these but memory, or disposing is not the holder's business.
    private static readonly HashSet<string> s_harmless = new(StringComparer.Ordinal)
    {
        "Task", "MemoryStream", "StringReader", "StringWriter", "DataTable", "DataSet", "HttpClient", "HttpRequestMessage", "HttpResponseMessage",
        "StringContent", "ByteArrayContent", "JsonContent", "ServiceProvider", "UnmanagedMemoryStream", "WebApplication", "IHost",
    };

    public static bool IsTask(ITypeSymbol? type) => type is { Name: "Task" or "ValueTask", ContainingNamespace: { Name: "Tasks", ContainingNamespace.Name: "Threading" } };

    public static bool IsToken(ITypeSymbol? type) => type is { Name: "CancellationToken", ContainingNamespace.Name: "Threading" };

    public static bool IsDisposable(ITypeSymbol type) =>
        type.IsReferenceType && !s_harmless.Contains(type.Name) && (Is(type, "IDisposable") || IsAsyncDisposable(type));

    public static bool IsAsyncDisposable(ITypeSymbol type) => Is(type, "IAsyncDisposable");

    public static bool IsAsyncSequence(ITypeSymbol? type) => type?.Name is "IAsyncEnumerable" or "IAsyncEnumerator";

    private static bool Is(ITypeSymbol type, string name) => Matches(type, name) || type.AllInterfaces.Any(i => Matches(i, name));

    private static bool Matches(ITypeSymbol type, string name) => type.Name == name && type.ContainingNamespace?.Name == "System";
}
