using System.Globalization;

namespace Sutazai.Bench.Router;

/// <summary>nginx with a configuration, a prefix and a log of its own, in the foreground.</summary>
internal static class NginxServers
{
    /// <summary>An OpenAI completion of about 1 KB.</summary>
    private static readonly string s_completion =
        """{"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,"model":"bench","choices":[{"index":0,"message":{"role":"assistant","content":" """.TrimEnd()
        + string.Concat(Enumerable.Repeat("The quick brown fox jumps over the lazy dog, again. ", 15)).TrimEnd()
        + """ "},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":180,"total_tokens":192}}""".TrimStart();

    /// <summary>The upstream that costs next to nothing, so that what is measured is what stands before it. It counts its requests.</summary>
    public static HostProcess Upstream(string folder)
    {
        var url = HostProcess.FreeUrl();
        return Start(folder, url, workers: "1", $$"""
            server {
                listen {{url.Authority}};
                default_type application/json;
                location = /v1/chat/completions { return 200 '{{s_completion}}'; }
                location = /v1/models { return 200 '{"object":"list","data":[{"id":"bench","object":"model"}]}'; }
                location = /status { stub_status; }
            }
            """);
    }

    /// <summary>The proxies: tuned for many short answers, tuned for streams, and as it comes before the upstream and before our gateway.</summary>
    public static (HostProcess Process, Uri Tuned, Uri Unbuffered, Uri Default, Uri BeforeGateway) Proxies(string folder, Uri upstream, Uri gateway)
    {
        var (tuned, unbuffered, asItComes, beforeGateway) = (HostProcess.FreeUrl(), HostProcess.FreeUrl(), HostProcess.FreeUrl(), HostProcess.FreeUrl());
        var process = Start(folder, tuned, workers: "auto", $$"""
            upstream kept { server {{upstream.Authority}}; keepalive 128; keepalive_requests 1000000000; }
            server {
                listen {{tuned.Authority}};
                location / { proxy_pass http://kept; proxy_http_version 1.1; proxy_set_header Connection ""; }
            }
            server {
                listen {{unbuffered.Authority}};
                location / { proxy_pass http://kept; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
            }
            server {
                listen {{asItComes.Authority}};
                location / { proxy_pass http://{{upstream.Authority}}; }
            }
            server {
                listen {{beforeGateway.Authority}};
                location / { proxy_pass http://{{gateway.Authority}}; }
            }
            """);
        return (process, tuned, unbuffered, asItComes, beforeGateway);
    }

    /// <summary>Requests that the upstream has answered, this question among them.</summary>
    public static async Task<long> CountAsync(HostProcess upstream, HttpClient http, CancellationToken cancellationToken)
    {
        // server accepts handled requests
        //  7 7 12
        var text = await http.GetStringAsync(new Uri(upstream.Url, "status"), cancellationToken);
        var counts = text.Split('\n')[2].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(counts[2], CultureInfo.InvariantCulture);
    }

    private static HostProcess Start(string folder, Uri url, string workers, string http)
    {
        var prefix = Directory.CreateDirectory(Path.Combine(folder, "nginx-" + url.Port)).FullName;
        var configuration = Path.Combine(prefix, "nginx.conf");
        File.WriteAllText(configuration, $$"""
            daemon off;
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            worker_processes {{workers}};
            pid {{prefix}}/nginx.pid;
            error_log {{prefix}}/error.log;
            events { worker_connections 4096; }
            http {
            access_log off;
            keepalive_requests 1000000000;
            client_body_temp_path {{prefix}}/body;
            proxy_temp_path {{prefix}}/proxy;
            fastcgi_temp_path {{prefix}}/fastcgi;
            uwsgi_temp_path {{prefix}}/uwsgi;
            scgi_temp_path {{prefix}}/scgi;
            {{http}}
            }
            """);
        return HostProcess.StartProgram(Tools.Find("nginx")!, url, ["-p", prefix, "-c", configuration, "-e", Path.Combine(prefix, "error.log")]);
    }
}
