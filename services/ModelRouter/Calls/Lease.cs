using System.Text.Json;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Calls;

/// <summary>The right to use a model on a server. One of its methods ends it, whichever is called first.</summary>
internal sealed class Lease(Servers servers, Ticket ticket, CallProgress progress)
{
    private readonly Replica _replica = servers.Home(ticket);
    private readonly string _model = ticket.Demand.Model;
    private bool _ended;

    public IModelBackend Backend => _replica.Backend;

    /// <summary>The call's options as the server is to have them.</summary>
    public JsonElement? Options(JsonElement? given)
    {
        if (!Backend.LoadsModels)
        {
            return given;
        }

        lock (servers.Lock)
        {
            (var options, progress.Changed) = _replica.Contexts.Apply(_model, given);
            return options;
        }
    }

    /// <summary>The server answered, if only that it rightly refuses.</summary>
    public void Succeeded(WorkDone done) => End(() => Finish(done, failed: false));

    public void Failed() => End(() => Finish(default, failed: true));

    /// <summary>The server stopped in the middle of the answer. Whatever hangs there is not to meet the next call: the model is loaded anew.</summary>
    public void Stalled() => End(() =>
    {
        Finish(default, failed: true);
        servers.Reload(_replica, _model);
    });

    /// <summary>The call was given up, which says nothing about the server.</summary>
    public void Abandoned() => End(() =>
    {
        _replica.Breakers.Of(_model).Abandoned();
        ticket.Home.Finished(ticket, default);
    });

    /// <summary>Whether it makes sense to try the model again: one failure more would not have all servers' breakers open.</summary>
    public bool MayTryAgain()
    {
        lock (servers.Lock)
        {
            return servers.All.Any(r => r.Breakers.Of(_model).FailuresLeft > 1);
        }
    }

    /// <summary>The server was lost before the answer began: the call waits for a second try, with the claims that it had.</summary>
    public async ValueTask<Lease> AgainAsync(Exception why, CancellationToken cancellationToken)
    {
        _ended = true;
        var queued = new QueuedCall(servers, progress, ((QueuedCall)ticket.Tag!).Context);
        lock (servers.Lock)
        {
            ticket.Tag = queued;
            servers.Lost(_replica, why);
            servers.Heard(_replica, _model, failed: true);
            servers.Place(ticket);
            queued.Begin(ticket);
        }

        return await queued.WaitAsync(ticket, cancellationToken);
    }

    private void Finish(WorkDone done, bool failed)
    {
        failed |= ticket.Home.Estimates.IsStalling(_model, done);
        ticket.Home.Finished(ticket, done);
        servers.Heard(_replica, _model, failed);
    }

    private void End(Action end)
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        lock (servers.Lock)
        {
            end();
            servers.Decide(_replica);
        }
    }
}
