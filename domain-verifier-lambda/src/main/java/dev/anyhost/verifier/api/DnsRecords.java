package dev.anyhost.verifier.api;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.Registration;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Which DNS records lead a hostname to us and prove whose it is. */
@FunctionalInterface
public interface DnsRecords {

    /** The label under which a hostname's proof of ownership is. */
    String PROOF_LABEL = "_anyhost.";

    /** The records of one domain; {@code tenantLabel} is the first label of its tenant's CNAME target. Pure. */
    List<DnsRecord> of(Domain domain, String tenantLabel);

    /**
     * A CNAME to the tenant's own target and the proof by TXT; where there are static addresses, those as well, instead of
     * the CNAME: a zone's apex can't have one (RFC 1912 section 2.4), and which name is an apex only its zone says.
     */
    static DnsRecords leadingTo(Hostname edgeDomain, List<InetAddress> staticAddresses) {
        return (domain, tenantLabel) -> {
            String name = domain.hostname().value();
            List<DnsRecord> records = new ArrayList<>();
            records.add(new DnsRecord("CNAME", name, tenantLabel + "." + edgeDomain, false));
            for (InetAddress address : staticAddresses) {
                String type = address instanceof Inet6Address ? "AAAA" : "A";
                records.add(new DnsRecord(type, name, address.getHostAddress(), true));
            }
            String proof = Registration.Proof.VALUE_PREFIX
                    + domain.registration().proof().token();
            records.add(new DnsRecord("TXT", PROOF_LABEL + name, proof, false));
            return records;
        };
    }
}
