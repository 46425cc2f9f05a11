package dev.anyhost.verifier.check;

import dev.anyhost.dns.DnsClient;
import dev.anyhost.verifier.dns.DomainProbe;
import dev.anyhost.verifier.dns.Edge;
import dev.anyhost.verifier.events.CertificateEvents;
import dev.anyhost.verifier.events.Delivery;
import dev.anyhost.verifier.events.Webhook;
import dev.anyhost.verifier.onboarding.CheckSchedule;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * What a scheduled run is made of.
 *
 * @param edge where customers' names must lead
 * @param resolvers the DNS servers to ask; empty for the system's
 * @param grace how long a hostname that was right is served although it isn't any more
 * @param webhook where events go; empty for nowhere
 */
public record LookingAfter(Edge edge, List<InetSocketAddress> resolvers, Duration grace, Optional<Webhook> webhook) {

    /** Keeps a copy. */
    public LookingAfter {
        resolvers = List.copyOf(resolvers);
    }

    /** The run; table, notices and webhook stay the caller's to close. */
    public ScheduledRun run(Whitelist whitelist, ProxyNotices notices, InstantSource clock) {
        var probe = new DomainProbe(new DnsClient(resolvers, DnsClient.PATIENCE));
        var checks = new CheckRun(
                whitelist,
                Optional.of(notices),
                new DnsProbe(probe, edge),
                new CheckSchedule(grace, CheckSchedule.DEFAULT.wrongChecks()),
                clock);
        return new ScheduledRun(
                whitelist,
                checks,
                new Delivery(whitelist, webhook, clock),
                webhook.map(_ -> new CertificateEvents(whitelist, notices, clock)),
                clock);
    }
}
