namespace Sutazai.Agents.Tests.Oracles;

public class CSharpAnalysisAsyncOracleTests
{
    [Theory]
    [InlineData("int F(Task<int> t) { return t.Result; }", "ASY001")]
    [InlineData("void F(Task t) { t.Wait(); }", "ASY001")]
    [InlineData("int F(ValueTask<int> t) => t.GetAwaiter().GetResult();", "ASY001")]
    [InlineData("int F(Task<int> t) => t.ConfigureAwait(false).GetAwaiter().GetResult();", "ASY001")]
    [InlineData("void F(Task t) { Task.WaitAll(t); }", "ASY001")]
    [InlineData("Task F(CancellationToken ct) => File.ReadAllTextAsync(\"x\");", "ASY002")]
    [InlineData("Task F(Stream s, byte[] b, CancellationToken ct) => s.WriteAsync(b, 0, 1);", "ASY002")]
    [InlineData("async void F() { await Task.Yield(); }", "ASY003")]
    [InlineData("void F(List<int> xs) { xs.ForEach(async x => await Task.Delay(x)); }", "ASY004")]
    [InlineData("void F() { Task.Delay(1); }", "ASY005")]
    [InlineData("void F(Gone g) { g.SaveAsync(); }", "ASY005")]
    [InlineData("int F() { var s = new FileStream(\"x\", FileMode.Open); return s.ReadByte(); }", "ASY006")]
    [InlineData("int F() { var s = File.OpenRead(\"x\"); return s.ReadByte(); }", "ASY006")]
    [InlineData("async Task F() { using var s = new FileStream(\"x\", FileMode.Open); await Task.Yield(); }", "ASY007")]
    [InlineData("async Task F() { Console.Write(1); }", "ASY008")]
    [InlineData("Task<string> F() { using var r = new StreamReader(\"x\"); return r.ReadToEndAsync(); }", "ASY009")]
    [InlineData("Task<string> F(StreamReader r) { using (r) { return r.ReadToEndAsync(); } }", "ASY009")]
    [InlineData("Task<string> F(StreamReader r) { try { return r.ReadToEndAsync(); } catch (IOException) { throw; } }", "ASY010")]
    [InlineData("async Task F() { lock (this) { await Task.Yield(); } }", "ASY011")]
    [InlineData("async Task F() { await Task.Yield(); Thread.Sleep(1); }", "ASY012")]
    [InlineData("async Task F(StreamReader r) { await Task.Yield(); r.ReadToEnd(); }", "ASY013")]
    [InlineData("[HttpGet] public async Task<int> F() => await Task.Run(() => 1);", "ASY014")]
    [InlineData("object F() => Task.Factory.StartNew(async () => await Task.Yield());", "ASY015")]
    [InlineData("Task F() { return null!; } Task G() { return null; }", "ASY016")]
    [InlineData("object F() => new TaskCompletionSource<int>();", "ASY017")]
    [InlineData("async IAsyncEnumerable<int> F(CancellationToken ct) { await Task.Delay(1, ct); yield return 1; }", "ASY018")]
    public async Task Planted_fault_is_found_and_no_other(string member, string rule)
    {
        var report = await CSharpAnalysisInputs.RunAsync("csharp-async-auditor", "audit", new { source = $"class HttpGetAttribute : Attribute {{ }} class A {{ {member} }}" });

        Assert.Equal([rule], report["findings"]!.AsArray().Select(f => (string)f!["rule"]!));
    }

    [Theory]
    [InlineData("async Task<int> F(Task<int> t) { await t; return t.Result; }")]
    [InlineData("async Task<int> F(Task<int> t, Task<int> u) { await Task.WhenAll(t, u); return t.Result + u.Result; }")]
    [InlineData("int F(Task<int> t) => t.IsCompletedSuccessfully ? t.Result : 0;")]
    [InlineData("int F(Lazy r) => r.Result; class Lazy { public int Result => 1; }")]
    [InlineData("Task F(CancellationToken ct) => File.ReadAllTextAsync(\"x\", ct);")]
    [InlineData("Task F(CancellationToken ct) => File.ReadAllTextAsync(\"x\", CancellationToken.None);")]
    [InlineData("async void OnClick(object sender, EventArgs e) { await Task.Yield(); }")]
    [InlineData("event EventHandler? E; void F() { E += async (s, e) => await Task.Yield(); }")]
    [InlineData("Task F(List<int> xs) => Task.WhenAll(xs.Select(async x => await Task.Delay(x)));")]
    [InlineData("void F() { _ = Task.Delay(1); }")]
    [InlineData("Stream F() { var s = new FileStream(\"x\", FileMode.Open); return s; }")]
    [InlineData("void F() { var s = new FileStream(\"x\", FileMode.Open); try { s.ReadByte(); } finally { s.Dispose(); } }")]
    [InlineData("StreamReader F() { var s = new FileStream(\"x\", FileMode.Open); return new StreamReader(s); }")]
    [InlineData("async Task<string> F() { using var r = new StreamReader(\"x\"); return await r.ReadToEndAsync(); }")]
    [InlineData("Task<int> F() { using var r = new StreamReader(\"x\"); return Task.FromResult(1); }")]
    [InlineData("async Task F() { lock (this) { } await Task.Yield(); }")]
    [InlineData("void F() { Thread.Sleep(1); }")]
    [InlineData("object F() => new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);")]
    [InlineData("async Task F(IAsyncEnumerable<int> xs) { await foreach (var x in xs) { } }")]
    public async Task Sound_code_is_left_alone(string member)
    {
        var report = await CSharpAnalysisInputs.RunAsync("csharp-async-auditor", "audit", new { source = $"class A {{ {member} }}" });

        Assert.Equal("[]", report["findings"]!.ToJsonString());
    }
}
