package dev.anyhost.verifier.dns;

import dev.anyhost.dns.CaaCheck;
import dev.anyhost.dns.DnsClient;
import dev.anyhost.dns.DnsName;
import dev.anyhost.dns.Sighting;
import dev.anyhost.verifier.onboarding.Finding;
import java.util.Optional;

/** Checks a hostname's DNS: where it leads, whose it is, and whether our certificate authority may issue for it. */
public final class DomainProbe {

    private final Sighting sighting;
    private final CaaCheck caa;

    public DomainProbe(DnsClient dns) {
        this.sighting = new Sighting(dns);
        this.caa = new CaaCheck(dns);
    }

    /**
     * One check. Asks only for what the finding still depends on: in most cases, one question and the CAA records. Blocks;
     * total.
     */
    public Finding check(Expectation expected) {
        DnsName hostname = DnsName.of(expected.hostname());
        var judgement = new Judgement(expected);
        return switch (judgement.way(sighting.of(hostname, expected.edge().domain()))) {
            case Judgement.Led.Astray(Finding finding) -> finding;
            case Judgement.Led.To(Judgement.Way way) -> {
                Optional<Finding> unproven = judgement.needsText(way)
                        ? judgement.proof(sighting.texts(expected.proofName()))
                        : Optional.empty();
                yield unproven.isPresent()
                        ? unproven.get()
                        : judgement.authorised(
                                caa.of(
                                        hostname,
                                        CaaCheck.Applicant.of(expected.edge().authorities())),
                                way);
            }
        };
    }
}
