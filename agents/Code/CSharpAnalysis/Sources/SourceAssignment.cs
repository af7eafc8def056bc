namespace Sutazai.Agents.Code.CSharpAnalysis.Sources;

/// <summary>Which sources belong to which project, and which project comes before which.</summary>
internal sealed class SourceAssignment
{
    private readonly Dictionary<ProjectFile, List<SourceText>> _sources = [];
    private readonly Dictionary<ProjectFile, List<ProjectFile>> _references = [];
    private readonly ProjectFile? _loose;

    public SourceAssignment(SourceArchive archive, IReadOnlyList<ProjectFile> projects)
    {
        HashSet<string> taken = new(StringComparer.Ordinal);
        Dictionary<string, ProjectFile> byFolder = new(StringComparer.OrdinalIgnoreCase);
        foreach (var project in projects)
        {
            _sources[project] = [];
            if (project.TakesFolder)
            {
                byFolder.TryAdd(project.Folder, project);
            }
        }

        foreach (var source in archive.Code)
        {
            if (Owner(source.Path, byFolder) is { } owner && !owner.Removed.Any(r => SourcePath.Glob(r)(source.Path)))
            {
                _sources[owner].Add(source);
                taken.Add(source.Path);
            }
        }

        foreach (var project in projects)
        {
            foreach (var matches in project.Included.Select(SourcePath.Glob))
            {
                var linked = archive.Code.Where(c => matches(c.Path) && !_sources[project].Contains(c)).ToList();
                _sources[project].AddRange(linked);
                taken.UnionWith(linked.Select(l => l.Path));
            }
        }

        if (archive.Code.Where(c => !taken.Contains(c.Path)).ToList() is { Count: > 0 } rest)
        {
            _loose = new ProjectFile("", Path.GetFileNameWithoutExtension(archive.Name)) { Usings = ProjectFile.PlainUsings, Nullable = true };
            _sources[_loose] = rest;
        }

        foreach (var project in _sources.Keys)
        {
            var globs = project.References.Select(r => SourcePath.Glob(r.Pattern)).ToList();
            _references[project] = [.. projects.Where(p => p != project && globs.Any(g => g(p.Path)))];
        }
    }

    public IReadOnlyList<SourceText> Of(ProjectFile project) => _sources[project];

    /// <summary>Whether these are sources that no project takes.</summary>
    public bool IsLoose(ProjectFile project) => project == _loose;

    /// <summary>The projects referred to, directly or through others.</summary>
    public IEnumerable<ProjectFile> ReferencesOf(ProjectFile project)
    {
        HashSet<ProjectFile> seen = [project];
        Queue<ProjectFile> next = new(_references[project]);
        while (next.TryDequeue(out var reference))
        {
            if (seen.Add(reference))
            {
                yield return reference;
                foreach (var further in _references[reference])
                {
                    next.Enqueue(further);
                }
            }
        }
    }

    /// <summary>Each project after those it refers to; where references form a loop, one of them comes too early and misses one.</summary>
    public IReadOnlyList<ProjectFile> InOrderOfReference()
    {
        List<ProjectFile> ordered = [];
        HashSet<ProjectFile> seen = [];
        foreach (var root in _sources.Keys.OrderBy(p => p.Path, StringComparer.Ordinal))
        {
            Stack<(ProjectFile Project, bool Done)> pending = new([(root, false)]);
            while (pending.TryPop(out var at))
            {
                if (at.Done)
                {
                    ordered.Add(at.Project);
                }
                else if (seen.Add(at.Project))
                {
                    pending.Push((at.Project, true));
                    foreach (var reference in _references[at.Project].Where(r => !seen.Contains(r)))
                    {
                        pending.Push((reference, false));
                    }
                }
            }
        }

        return ordered;
    }

    private static ProjectFile? Owner(string path, Dictionary<string, ProjectFile> byFolder)
    {
        for (var folder = SourcePath.Folder(path); ; folder = SourcePath.Folder(folder))
        {
            if (byFolder.TryGetValue(folder, out var project) || folder is "")
            {
                return project;
            }
        }
    }
}
