package dev.anyhost.verifier.api;

import dev.anyhost.verifier.dns.Edge;

/**
 * What the operator decides about the API.
 *
 * @param edge where customers' names are to lead
 * @param domainsPerTenant how many domains a tenant may have, from 1
 */
public record ApiSettings(Edge edge, long domainsPerTenant) {}
