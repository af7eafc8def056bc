namespace Sutazai.Agents;

/// <summary>
/// One call of a tool and its result, as the JSON that a model sends and reads. Printed in the docs, run as a test without a model.
/// A string <c>@name</c> in the arguments stands for the sample file of that name in the group's <c>Samples</c> folder.
/// </summary>
/// <param name="arguments">A JSON object.</param>
/// <param name="result">The JSON result; or, with <see cref="Fails"/>, a part of the error's text.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ToolExampleAttribute(string arguments, string result) : Attribute
{
    public string Arguments { get; } = arguments;

    public string Result { get; } = result;

    /// <summary>The input is hostile, broken or at an edge.</summary>
    public bool Nasty { get; init; }

    /// <summary><see cref="Result"/> names only some members of each object and the first elements of each array.</summary>
    public bool Partial { get; init; }

    /// <summary>The call is refused with an <see cref="InvalidInputException"/> whose message contains <see cref="Result"/>.</summary>
    public bool Fails { get; init; }
}
