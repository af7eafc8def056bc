namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>What a file's name says about what stands in it.</summary>
internal static class SourcePath
{
    private static readonly HashSet<string> s_code = new(StringComparer.OrdinalIgnoreCase)
    {
        ".cs", ".fs", ".vb", ".java", ".kt", ".scala", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".py", ".rb", ".go", ".rs", ".c", ".h", ".cc", ".cpp", ".hpp", ".m", ".swift", ".php", ".dart",
        ".lua", ".pl", ".r", ".sql", ".razor", ".cshtml", ".vue", ".svelte", ".html", ".htm", ".css", ".md", ".rst", ".txt.j2",
    };

    private static readonly HashSet<string> s_generated = new(StringComparer.OrdinalIgnoreCase)
    {
        "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "Cargo.lock", "poetry.lock", "Pipfile.lock", "uv.lock", "composer.lock", "Gemfile.lock", "go.sum",
        "packages.lock.json", "project.assets.json", "mix.lock", "flake.lock", "Podfile.lock", "pubspec.lock", ".terraform.lock.hcl", "gradle.lockfile",
    };

    public static bool IsCode(string path) => s_code.Contains(Path.GetExtension(path));

    /// <summary>Lock files and minified code: full of digests and of names without meaning. Only tokens with a shape of their own count there.</summary>
    public static bool IsGenerated(string path) =>
        s_generated.Contains(Path.GetFileName(path))
        || path.EndsWith(".min.js", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".min.css", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(".map", StringComparison.OrdinalIgnoreCase);
}
