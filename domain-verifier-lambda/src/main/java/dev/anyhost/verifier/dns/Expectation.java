package dev.anyhost.verifier.dns;

import dev.anyhost.dns.DnsName;
import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.Registration;

/**
 * What a registration needs its hostname's DNS to say.
 *
 * @param target the tenant's own target
 * @param edge where all names lead
 * @param proof the proof of ownership by a TXT record
 */
public record Expectation(Hostname hostname, DnsName target, Edge edge, Registration.Proof proof) {

    /** @param label the tenant's label */
    public static Expectation of(Domain domain, String label, Edge edge) {
        return new Expectation(
                domain.hostname(),
                edge.target(label),
                edge,
                domain.registration().proof());
    }

    /** Where the TXT record must be. */
    public DnsName proofName() {
        return DnsName.of(hostname).child("_anyhost");
    }

    /** What the TXT record must say. */
    public String proofValue() {
        return Registration.Proof.VALUE_PREFIX + proof.token();
    }
}
