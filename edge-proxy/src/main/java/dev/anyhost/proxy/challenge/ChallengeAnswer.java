package dev.anyhost.proxy.challenge;

/** What a proxy has for an {@code acme-tls/1} handshake. */
public sealed interface ChallengeAnswer {

    /** Serve this, and nothing else on the connection. */
    record Present(ChallengeCertificate certificate) implements ChallengeAnswer {}

    /** Nobody is validating this hostname. */
    record Absent() implements ChallengeAnswer {}

    /** The store gave no usable answer in time. */
    record Unreachable(String reason) implements ChallengeAnswer {}
}
