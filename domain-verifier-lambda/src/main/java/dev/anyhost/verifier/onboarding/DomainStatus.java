package dev.anyhost.verifier.onboarding;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where a domain stands. */
public enum DomainStatus {
    /** Registered; its ownership or DNS isn't proven yet. */
    PENDING,
    /** Proven and served. */
    ACTIVE,
    /** Served, although its DNS no longer is as it should be. */
    MISCONFIGURED,
    /** No longer served: its DNS pointed elsewhere for too long. */
    SUSPENDED,
    /** Not served, by the operator's decision. */
    BLOCKED;

    /** Whether the hostname may have certificates and is routed. */
    public boolean isAllowed() {
        return switch (this) {
            case ACTIVE, MISCONFIGURED -> true;
            case PENDING, SUSPENDED, BLOCKED -> false;
        };
    }

    /** The word in the table, in answers and on the terminal. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The status with this word. */
    public static Optional<DomainStatus> of(String text) {
        return Arrays.stream(values())
                .filter(status -> status.text().equals(text))
                .findFirst();
    }
}
