namespace Sutazai.AppHost;

/// <summary>The stores and servers that the services stand on: pinned images, named volumes, generated secrets.</summary>
internal static class Infrastructure
{
    /// <summary>A value made at the first run and kept in the user's secrets; safe in a URL, where client libraries do not escape it.</summary>
    public static IResourceBuilder<ParameterResource> AddSecret(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = 43, Special = false }, secret: true, persist: true);

    public static IResourceBuilder<OllamaResource> AddModelServer(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddOllama(name, "0.32.6")
            .WithDataVolume("sutazai-ollama")
            .WithEnvironment("CUDA_VISIBLE_DEVICES", "-1")
            .WithEnvironment("OMP_NUM_THREADS", "4")
            // The router owns the queue and decides what is loaded and for how long; the three aliases fit at once.
            .WithEnvironment("OLLAMA_NUM_PARALLEL", "1")
            .WithEnvironment("OLLAMA_MAX_LOADED_MODELS", "3")
            .WithEnvironment("OLLAMA_KEEP_ALIVE", "-1")
            .WithModel("base-llm", "llama3.2:3b")
            .WithModel("base-nlp", "llama3.2:1b")
            .WithModel("base-embed", "nomic-embed-text");

    public static IResourceBuilder<RedisResource> AddCache(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddRedis(name, password: builder.AddSecret($"{name}-password"))
            .WithImageTag("8.6")
            .WithDataVolume("sutazai-redis");

    public static IResourceBuilder<RabbitMQServerResource> AddMessageBroker(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddRabbitMQ(name, password: builder.AddSecret($"{name}-password"))
            .WithImageTag("4.3")
            .WithDataVolume("sutazai-rabbitmq");

    public static IResourceBuilder<PostgresServerResource> AddRelationalStore(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddPostgres(name, password: builder.AddSecret($"{name}-password"))
            // Before the volume, whose mount path depends on the major version.
            .WithImageTag("18.3")
            .WithDataVolume("sutazai-postgres");

    public static IResourceBuilder<QdrantServerResource> AddVectorStore(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddQdrant(name, apiKey: builder.AddSecret($"{name}-key"))
            .WithImageTag("v1.18.0")
            .WithDataVolume("sutazai-qdrant");

    public static IResourceBuilder<Neo4jResource> AddGraphStore(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddNeo4j(name, "5.26.21-community", builder.AddSecret($"{name}-password"))
            .WithDataVolume("sutazai-neo4j");
}
