using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Orders;

public sealed class OrderSync
{
    public string Load(string path)
    {
        return File.ReadAllTextAsync(path).Result;
    }

    public async Task SaveAsync(string path, string text, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await File.WriteAllTextAsync(path, text);
        var copy = new FileStream(path, FileMode.Open);
        Console.WriteLine(copy.Length);
        Notify();
        Thread.Sleep(100);
    }

    private async void Fire() => await Notify();

    private static Task Notify() => Task.CompletedTask;
}
