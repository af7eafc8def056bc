using System;
using System.Collections.Generic;
using System.Text;

namespace Stock;

internal sealed class Room
{
    private DateTime _seen;
    private readonly List<int> _shelves = [];

    public static void Main()
    {
        var room = new Room();
        room.Shelve(3, 1);
        Console.WriteLine(room.Count());
        Console.WriteLine(nameof(Hook));
    }

    public int Count()
    {
        return _shelves.Count;
        Console.WriteLine("counted");
    }

    private void Recount() => _shelves.Clear();

    private void Shelve(int shelf, int by)
    {
        var left = shelf * 2;
        _seen = DateTime.UnixEpoch;
        _shelves.Add(shelf);
    }

    private void Hook() { }
}
