package dev.anyhost.testkit;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How a {@link PebbleCa} behaves.
 *
 * @param httpPort where http-01 is checked: the CA connects to the hostname's address, by default 127.0.0.1, on this port
 * @param tlsPort where tls-alpn-01 is checked
 * @param nonceRejectPercent 0–100: how many good nonces are refused with badNonce (RFC 8555 section 6.5)
 * @param authzReusePercent 0–100: how often a valid authorization is reused
 * @param alwaysValid every challenge succeeds without anyone being asked
 * @param validity of the certificates, in whole seconds
 * @param programs empty means the installed ones
 * @param externalAccounts what the CA calls its customers, with their base64url keys (RFC 8555 section 7.3.4); when not empty,
 *     only they may register
 * @param otherProfiles what may be ordered besides the default profile, with the certificates' life; Pebble 2.4 knows no
 *     profiles, and 2.10 picks any of them for an order that names none
 */
public record PebbleOptions(
        int httpPort,
        int tlsPort,
        int nonceRejectPercent,
        int authzReusePercent,
        boolean alwaysValid,
        Duration validity,
        Optional<PebblePrograms> programs,
        Map<String, String> externalAccounts,
        Map<String, Duration> otherProfiles) {

    /** Checks challenges at these ports, accepts every good nonce, reuses no authorization; certificates for 90 days. */
    public static PebbleOptions validatingAt(int httpPort, int tlsPort) {
        return new PebbleOptions(
                httpPort, tlsPort, 0, 0, false, Duration.ofDays(90), Optional.empty(), Map.of(), Map.of());
    }

    /** Believes every challenge. */
    public static PebbleOptions believing() {
        return new PebbleOptions(1, 1, 0, 0, true, Duration.ofDays(90), Optional.empty(), Map.of(), Map.of());
    }

    public PebbleOptions withNonceRejectPercent(int percent) {
        return new PebbleOptions(
                httpPort,
                tlsPort,
                percent,
                authzReusePercent,
                alwaysValid,
                validity,
                programs,
                externalAccounts,
                otherProfiles);
    }

    public PebbleOptions withAuthzReusePercent(int percent) {
        return new PebbleOptions(
                httpPort,
                tlsPort,
                nonceRejectPercent,
                percent,
                alwaysValid,
                validity,
                programs,
                externalAccounts,
                otherProfiles);
    }

    public PebbleOptions withValidity(Duration life) {
        return new PebbleOptions(
                httpPort,
                tlsPort,
                nonceRejectPercent,
                authzReusePercent,
                alwaysValid,
                life,
                programs,
                externalAccounts,
                otherProfiles);
    }

    public PebbleOptions withPrograms(PebblePrograms chosen) {
        return new PebbleOptions(
                httpPort,
                tlsPort,
                nonceRejectPercent,
                authzReusePercent,
                alwaysValid,
                validity,
                Optional.of(chosen),
                externalAccounts,
                otherProfiles);
    }

    public PebbleOptions withExternalAccounts(Map<String, String> accounts) {
        return new PebbleOptions(
                httpPort,
                tlsPort,
                nonceRejectPercent,
                authzReusePercent,
                alwaysValid,
                validity,
                programs,
                accounts,
                otherProfiles);
    }

    public PebbleOptions withProfile(String name, Duration life) {
        return new PebbleOptions(
                httpPort,
                tlsPort,
                nonceRejectPercent,
                authzReusePercent,
                alwaysValid,
                validity,
                programs,
                externalAccounts,
                Map.of(name, life));
    }
}
