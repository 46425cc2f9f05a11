package dev.anyhost.proxy.issuance;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.ChallengeType;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One attempt at a certificate. Whoever makes it has a verdict that allows the hostname, holds the lease, and has a
 * place among the orders under way.
 *
 * @param hostname the only name the certificate is to have
 * @param preferred the challenge type of this attempt
 * @param orderToResume an unfinished order for the same hostname at the same authority
 * @param replaces the certificate of the same authority that a new one is to take the place of (RFC 9773 section 5)
 * @param permit asked before each new order, and before an open one is gone on with
 * @param orderRecorder is told the URL of each new order, before anything else is done with it; called on the issuing
 *     thread, may block, must not throw
 * @param stopped asked between steps: when it says true, the attempt ends with
 *     {@link IssuanceOutcome.Cause#STOPPED} and the order stays open
 */
public record IssuanceRequest(
        Hostname hostname,
        ChallengeType preferred,
        Optional<URI> orderToResume,
        Optional<X509Certificate> replaces,
        Permit.Source permit,
        Consumer<URI> orderRecorder,
        BooleanSupplier stopped) {}
