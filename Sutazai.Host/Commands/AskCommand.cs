using System.CommandLine;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Spectre.Console;
using Sutazai.Clients;

namespace Sutazai.Host.Commands;

/// <summary><c>ask AGENT [--file F] [--tool T] "question"</c>: progress on the error stream, the answer on the output.</summary>
internal static class AskCommand
{
    public static Command Create()
    {
        Argument<string> agent = new("agent") { Description = "The agent's id; see 'agents'." };
        Argument<string?> question = new("question") { Description = "Words, or JSON with a tool's arguments.", Arity = ArgumentArity.ZeroOrOne };
        Option<FileInfo[]> files = new("--file") { Description = "A file to attach; may be given several times." };
        Option<string?> tool = new("--tool") { Description = "The one tool to use." };
        Command command = new("ask", "Ask an agent.") { agent, question, files, tool, Platform.Json, Platform.Url, Platform.Key, Platform.Data, Platform.Ollama };
        command.SetAction((parsed, cancellationToken) => Failing.AsText(async () =>
        {
            var json = parsed.GetValue(Platform.Json);
            var progress = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            var reply = await progress.Status().StartAsync("Starting", async status =>
            {
                await using var platform = await Platform.ConnectAsync(parsed, cancellationToken);
                List<string> ids = [];
                foreach (var file in parsed.GetValue(files) ?? [])
                {
                    status.Status($"Uploading {Markup.Escape(file.Name)}");
                    ids.Add(await UploadAsync(platform.Http, file, cancellationToken));
                }

                status.Status($"Asking {Markup.Escape(parsed.GetRequiredValue(agent))}");
                var request = new AskRequest(
                    parsed.GetValue(question) is { } q ? JsonSerializer.SerializeToElement(q) : null, ids, parsed.GetValue(tool));
                return await AskAsync(platform.Http, parsed.GetRequiredValue(agent), request, step => status.Status(step), cancellationToken);
            });
            if (json)
            {
                Console.WriteLine(JsonSerializer.Serialize(reply, SutazaiJson.Options));
            }
            else
            {
                Answer.Write(Terminal.Output, reply);
            }
        }));
        return command;
    }

    private static async Task<string> UploadAsync(HttpClient http, FileInfo file, CancellationToken cancellationToken)
    {
        await using var stream = file.OpenRead();
        using var content = new StreamContent(stream);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await http.PostAsync("api/artifacts" + QueryString.Create("name", file.Name), content, cancellationToken);
        return (await Platform.ReadAsync<ArtifactRow>(response, cancellationToken)).Id;
    }

    private static async Task<AskReply> AskAsync(HttpClient http, string agent, AskRequest ask, Action<string> progress, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/agents/{Uri.EscapeDataString(agent)}/ask");
        request.Content = JsonContent.Create(ask, options: SutazaiJson.Options);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await Platform.EnsureAsync(response, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var step in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            switch (step.EventType)
            {
                case "tool":
                    progress($"{Markup.Escape(agent)} runs {Markup.Escape(JsonElement.Parse(step.Data).GetProperty("tool").GetString()!)}");
                    break;
                case "delta":
                    progress($"{Markup.Escape(agent)} writes");
                    break;
                case "done":
                    return JsonSerializer.Deserialize<AskReply>(step.Data, SutazaiJson.Options)!;
                case "error":
                    throw new PlatformException(JsonElement.Parse(step.Data).GetProperty("detail").GetString()!);
            }
        }

        throw new PlatformException("The platform went away before the answer was complete.");
    }
}
