namespace Sutazai.Testing;

/// <summary>The checked-out repository that the tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Compares a generated file with what the repository has; with UPDATE_DOCS=1 in the environment, writes it.</summary>
    /// <returns>What to do about a difference, or null where there is none.</returns>
    public static async Task<string?> DriftAsync(string path, string expected, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, expected, cancellationToken);
            return null;
        }

        var written = File.Exists(file) ? await File.ReadAllTextAsync(file, cancellationToken) : "";
        if (written == expected)
        {
            return null;
        }

        var (old, now) = (written.Split('\n'), expected.Split('\n'));
        var at = old.Zip(now).TakeWhile(lines => lines.First == lines.Second).Count();
        return $"{path} does not say what the code says; run the tests with UPDATE_DOCS=1.\nline {at + 1}\n  file: {old.ElementAtOrDefault(at)}\n  code: {now.ElementAtOrDefault(at)}";
    }

    private static string Find(string folder)
    {
        while (!File.Exists(Path.Combine(folder, "Sutazai.slnf")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository: no folder above them has Sutazai.slnf.");
        }

        return folder;
    }
}
