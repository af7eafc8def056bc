using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace Sutazai.ServiceDefaults.Tests;

public class CallerIdentityTests
{
    private static readonly Caller s_caller = new("key:one", [Clients.Scopes.AskAgents]);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Knows_the_caller_that_another_process_with_the_key_signed_for()
    {
        var read = Identity("a key that two processes know of, yes").Verify(Identity("a key that two processes know of, yes").Sign(s_caller));

        Assert.Equal(("key:one", Clients.Scopes.AskAgents), (read!.Subject, read.Scopes.Single()));
    }

    [Fact]
    public void Believes_no_other_key() =>
        Assert.Null(Identity("a key that two processes know of, yes").Verify(Identity("a key that only the other one knows of").Sign(s_caller)));

    [Fact]
    public void Expires_after_a_minute_known_or_not()
    {
        var (signer, seen, unseen) = (Identity("a key that all processes know of, yes"), Identity("a key that all processes know of, yes"), Identity("a key that all processes know of, yes"));
        var header = signer.Sign(s_caller);
        Assert.NotNull(seen.Verify(header));

        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.NotNull(seen.Verify(header));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(seen.Verify(header));
        Assert.Null(unseen.Verify(header));
        Assert.NotNull(seen.Verify(signer.Sign(s_caller)));
    }

    [Fact]
    public void Notices_any_change_of_a_letter()
    {
        var identity = Identity("a key that two processes know of, yes");
        var header = identity.Sign(s_caller);
        for (var i = 0; i < header.Length; i++)
        {
            var changed = header[..i] + (header[i] == 'A' ? 'B' : 'A') + header[(i + 1)..];

            // The last letter carries four bits of the signature's last byte and two that count for nothing.
            Assert.True(i == header.Length - 1 || identity.Verify(changed) is null, changed);
        }
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("."), InlineData("a"), InlineData("a.b"), InlineData("bnVsbA."), InlineData("ä.ö"), InlineData("a.b.c"), InlineData("=.=")]
    public void Takes_no_nonsense_for_a_caller(string? header) => Assert.Null(Identity("a key that two processes know of, yes").Verify(header));

    [Fact]
    public void Refuses_a_short_key_and_a_missing_one_where_services_are_elsewhere()
    {
        Assert.Throws<InvalidOperationException>(() => Identity("short"));
        Assert.Throws<InvalidOperationException>(() => Identity(null));
    }

    private CallerIdentity Identity(string? key) => new(
        new ConfigurationBuilder().AddInMemoryCollection([new("Internal:Key", key)]).Build(),
        new LocalServices([new ServiceModule("one", _ => { }, _ => { }) { Calls = ["elsewhere"] }]),
        _time);
}
