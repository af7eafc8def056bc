namespace Sutazai.Agents.Operations.Logs;

/// <summary>
/// How long lines that begin like JSON are still tried as JSON. A line that is not costs a thrown exception, so they may be few beside
/// those that are.
/// </summary>
internal struct JsonPatience
{
    private long _read;
    private long _failed;

    public readonly bool IsOver => _failed > 1000 + (_read / 10);

    public bool Read()
    {
        _read++;
        return true;
    }

    public bool Failed()
    {
        _failed++;
        return false;
    }
}
