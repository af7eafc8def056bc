namespace Sutazai.Testing.OllamaSimulator;

/// <summary>A refusal in Ollama's words.</summary>
internal sealed class ApiException(int status, string message) : Exception(message)
{
    public int Status => status;

    // The two blanks are Ollama's.
    public static ApiException Busy() => new(503, "server busy, please try again.  maximum pending requests exceeded");

    public static ApiException LoadCrash(string exit) => new(500, $"llama-server process has terminated: {exit}");

    public static ApiException RunnerStopped() => new(
        500, "model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama server logs for details");

    public static ApiException NotFound(string model) => new(404, $"model '{model}' not found");

    public static ApiException TryPulling(string model) => new(404, $"model \"{model}\" not found, try pulling it first");

    public static ApiException BadRequest(string message) => new(400, message);

    public static ApiException CannotDo(string model, string what) => new(400, $"\"{model}\" does not support {what}");
}
