namespace Sutazai.Agents;

/// <summary>The caller's input is at fault: the message says what was wrong and what was expected. Becomes a 400 problem.</summary>
public sealed class InvalidInputException : Exception
{
    public InvalidInputException(string message)
        : base(message)
    {
    }

    public InvalidInputException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
