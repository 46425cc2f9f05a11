package dev.anyhost.proxy.challenge;

import java.util.Arrays;
import java.util.Optional;

/** A way to show control of a hostname. */
public enum ChallengeType {

    /** A file on port 80 (RFC 8555 section 8.3). */
    HTTP_01("http-01"),

    /** A certificate on port 443 (RFC 8737). */
    TLS_ALPN_01("tls-alpn-01");

    /** What {@link #parse} accepts, as the tail of an error message. */
    public static final String EXPECTED = "http-01 or tls-alpn-01";

    private final String label;

    ChallengeType(String label) {
        this.label = label;
    }

    /** The name in IANA's registry of ACME validation methods, which is also the one in the configuration. */
    public String label() {
        return label;
    }

    /** The type with this label. */
    public static Optional<ChallengeType> parse(String label) {
        return Arrays.stream(values()).filter(type -> type.label.equals(label)).findFirst();
    }

    @Override
    public String toString() {
        return label;
    }
}
