using Microsoft.CodeAnalysis;

namespace Sutazai.Agents.Code.CSharpAnalysis.Sources;

internal static class SyntaxDepth
{
    private const int CheckEvery = 4096;

    /// <summary>Whether no node lies deeper, and the parser itself did not give up on the depth.</summary>
    public static bool Within(SyntaxTree tree, int limit, CancellationToken cancellationToken)
    {
        var root = tree.GetRoot(cancellationToken);

        // CS8078, "An expression is too long or complex to compile": the parser drops the whole text into one skipped token.
        if (root.ContainsDiagnostics && !root.ChildNodes().Any() && tree.GetDiagnostics(cancellationToken).Any(d => d.Id == "CS8078"))
        {
            return false;
        }

        // Enumerators of the nodes between the root and the current one, so that width costs nothing.
        Stack<ChildSyntaxList.Enumerator> path = new();
        path.Push(root.ChildNodesAndTokens().GetEnumerator());
        var visited = 0;
        while (path.TryPop(out var siblings))
        {
            if (!siblings.MoveNext())
            {
                continue;
            }

            path.Push(siblings);
            if (siblings.Current.AsNode() is { } node)
            {
                if (path.Count > limit)
                {
                    return false;
                }

                if (++visited % CheckEvery == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                path.Push(node.ChildNodesAndTokens().GetEnumerator());
            }
        }

        return true;
    }
}
