using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sutazai.Bench;

/// <summary>A program beside this one, started as its user would start it, and killed with all that it started itself.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly Process _process;

    private HostProcess(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public static HostProcess Start(string assembly, Uri url, params string[] args) =>
        StartProgram("dotnet", url, [Path.Combine(AppContext.BaseDirectory, assembly), .. args]);

    /// <param name="environment">Variables that the program finds set; for secrets, which a command line would show to everyone.</param>
    public static HostProcess StartProgram(string program, Uri url, IEnumerable<string> args, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return new(process, url);
    }

    public static Uri FreeUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}");
    }

    /// <summary>Resident memory in MB, as the kernel counts it: of the program and its workers together, pages that they share counted for each.</summary>
    public double ResidentMegabytes() => Tree(_process.Id).Sum(Megabytes);

    public void Dispose()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
        }

        _process.WaitForExit();
        _process.Dispose();
    }

    private static IEnumerable<int> Tree(int id) =>
        Directory.EnumerateDirectories($"/proc/{id}/task")
            .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .SelectMany(child => Tree(int.Parse(child, CultureInfo.InvariantCulture)))
            .Prepend(id);

    private static double Megabytes(int id)
    {
        // VmRSS:	  176020 kB
        var line = File.ReadLines($"/proc/{id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
