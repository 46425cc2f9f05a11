package dev.anyhost.verifier.check;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.dns.DomainProbe;
import dev.anyhost.verifier.dns.Edge;
import dev.anyhost.verifier.dns.Expectation;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.Finding;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.onboarding.Registration;
import java.util.Optional;

/**
 * Asks the DNS. Whether it can be asked, it learns from our own name that every customer may point at: its zone is ours, so
 * that no answer for it is our resolvers' fault, or our zone's.
 *
 * @param edge where customers' names must lead
 */
public record DnsProbe(DomainProbe probe, Edge edge) implements Probe {

    private static final Registration.Proof NOT_NEEDED = new Registration.Proof("", false, true);

    @Override
    public Finding check(Domain domain, String label) {
        return probe.check(Expectation.of(domain, label, edge));
    }

    @Override
    public boolean canAsk() {
        Optional<Hostname> ours = Hostname.parse(edge.target(Edge.SHARED).value());
        return ours.map(name -> probe.check(new Expectation(name, edge.target(Edge.SHARED), edge, NOT_NEEDED)))
                .filter(finding -> finding.kind() == FindingCode.Kind.UNKNOWN)
                .isEmpty();
    }
}
