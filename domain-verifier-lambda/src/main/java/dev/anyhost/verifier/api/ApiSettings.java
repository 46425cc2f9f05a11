package dev.anyhost.verifier.api;

import dev.anyhost.domain.Hostname;
import java.net.InetAddress;
import java.util.List;

/**
 * What the operator decides about the API.
 *
 * @param edgeDomain tenants' CNAME targets are below it
 * @param staticAddresses what names that can't have a CNAME point at; may be empty
 * @param domainsPerTenant how many domains a tenant may have, from 1
 */
public record ApiSettings(Hostname edgeDomain, List<InetAddress> staticAddresses, long domainsPerTenant) {

    /** Keeps a copy. */
    public ApiSettings {
        staticAddresses = List.copyOf(staticAddresses);
    }
}
