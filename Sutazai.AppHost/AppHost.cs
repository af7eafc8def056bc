using Sutazai.AppHost;

var builder = DistributedApplication.CreateBuilder(args);
var internalKey = builder.AddSecret("internal-key");

// Infrastructure
var ollama = builder.AddModelServer("ollama");
var redis = builder.AddCache("redis");
var rabbitmq = builder.AddMessageBroker("rabbitmq");

// The services that own these are still embedded or to come, so they start by hand, from the dashboard.
builder.AddRelationalStore("postgres").WithExplicitStart();
builder.AddVectorStore("qdrant").WithExplicitStart();
builder.AddGraphStore("neo4j").WithExplicitStart();

// Platform services
var registry = builder.AddService<Projects.Registry>("registry", internalKey);
var identity = builder.AddService<Projects.Identity>("identity", internalKey).Calls(registry).WithDataFolder();
var artifacts = builder.AddService<Projects.Artifacts>("artifacts", internalKey).Calls(registry).WithDataFolder();
var modelRouter = builder.AddService<Projects.ModelRouter>("model-router", internalKey).Calls(registry).WithDataFolder().WithModelsOf(ollama).WithAnswersIn(redis);

// Agent services, one a group
var agents = builder.AddAgentServices(internalKey);
foreach (var group in agents)
{
    // Every agent's card names Redis and RabbitMQ, so a group is told where they are; nothing of it waits for them while work runs in process.
    group.Calls(registry, artifacts, modelRouter).WithReference(redis).WithReference(rabbitmq);
}

// The only one that the outside reaches
builder.AddService<Projects.Gateway>("gateway", internalKey, port: 8080)
    .Calls([registry, identity, artifacts, modelRouter, .. agents])
    .WithExternalHttpEndpoints();

builder.Build().Run();
