namespace Sutazai.Agents.Operations.Logs;

/// <summary>Knows which frames belong to runtimes, frameworks and packages.</summary>
internal static class OwnFrames
{
    private static readonly string[] s_dotnet =
    [
        "System.", "Microsoft.", "Newtonsoft.", "Xunit.", "NUnit.", "Grpc.", "Npgsql.", "Serilog.", "Castle.", "Polly.", "Dapper.", "MediatR.", "FluentValidation.",
        "StackExchange.", "AutoMapper.", "Azure.", "Amazon.", "Google.", "MassTransit.", "RabbitMQ.", "MySql", "MongoDB.", "Quartz.", "Hangfire.", "Swashbuckle.", "Interop.",
        "Internal.", "NLog.", "log4net.", "OpenTelemetry.", "Autofac.", "lambda_method",
    ];

    private static readonly string[] s_java =
    [
        "java.", "javax.", "jakarta.", "sun.", "com.sun.", "jdk.", "kotlin.", "kotlinx.", "scala.", "groovy.", "clojure.", "org.springframework.", "org.apache.", "org.hibernate.",
        "io.netty.", "org.junit.", "com.fasterxml.", "reactor.", "io.reactivex.", "io.micrometer.", "org.eclipse.", "com.google.", "okhttp3.", "retrofit2.", "io.grpc.", "ch.qos.",
        "org.slf4j.", "rx.", "akka.", "io.vertx.", "com.zaxxer.", "org.postgresql.", "com.mysql.", "oracle.", "org.gradle.", "android.", "androidx.", "com.android.", "dalvik.", "org.codehaus.",
        "io.undertow.", "org.jboss.", "net.bytebuddy.", "org.mockito.", "feign.", "com.netflix.", "org.mariadb.", "io.quarkus.", "io.micronaut.", "com.mongodb.", "redis.clients.", "worker.org.gradle.",
    ];

    private static readonly string[] s_files =
    [
        "site-packages", "dist-packages", "/lib/python", "\\lib\\python", "<frozen ", "node_modules", "node:", "internal/", "/go/src/", "/pkg/mod/", "/libexec/src/", "webpack/runtime", "webpack/bootstrap",
    ];

    public static bool IsOwn(TraceLanguage language, string function, string? file) => language switch
    {
        TraceLanguage.Dotnet => !Begins(s_dotnet, function),
        TraceLanguage.Java => !Begins(s_java, function),
        TraceLanguage.Go => function is not "panic" && !function.StartsWith("runtime.", StringComparison.Ordinal) && !InFiles(file),
        _ => file is not null && !InFiles(file),
    };

    /// <summary>Whether a frame is the caller's by the prefixes that the caller gave: of a function, or a part of a path.</summary>
    public static bool Matches(TraceFrame frame, IReadOnlyList<string> prefixes) => prefixes.Any(p => p.Length > 0
        && (frame.Function.StartsWith(p, StringComparison.Ordinal) || p.IndexOfAny(['/', '\\', '.']) >= 0 && frame.File?.Contains(p, StringComparison.Ordinal) == true));

    private static bool Begins(string[] prefixes, string function) => Array.Exists(prefixes, p => function.StartsWith(p, StringComparison.Ordinal));

    private static bool InFiles(string? file) => file is not null && Array.Exists(s_files, f => file.Contains(f, StringComparison.Ordinal));
}
