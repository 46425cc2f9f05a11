package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.time.Instant;

/**
 * A line about a stored certificate.
 *
 * @param notAfter the leaf's, in whole seconds
 * @param issuer the directory URL of the ACME server
 */
public record CertificateSummary(Hostname hostname, Instant notAfter, String issuer, long version) {}
