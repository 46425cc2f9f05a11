package dev.anyhost.store.tickets;

import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A key that encrypts session tickets, in the form of RFC 5077 section 4: a name, which each of its tickets shows, a key
 * for HMAC-SHA-256, and one for AES-128-CBC.
 */
public final class TicketKey {

    /** Octets of the name and of each of the two keys. */
    public static final int PART = 16;

    private static final int SECRET = 3 * PART;

    private final Instant encryptsFrom;
    private final byte[] secret;

    private TicketKey(Instant encryptsFrom, byte[] secret) {
        this.encryptsFrom = encryptsFrom;
        this.secret = secret;
    }

    /** A new one from the system's secure random numbers. */
    public static TicketKey random(Instant encryptsFrom) {
        byte[] secret = new byte[SECRET];
        new SecureRandom().nextBytes(secret);
        return new TicketKey(encryptsFrom.truncatedTo(ChronoUnit.SECONDS), secret);
    }

    /** Reads what {@link #secret} gave; empty when it can't be that. */
    static Optional<TicketKey> of(long encryptsFrom, byte[] secret) {
        try {
            return secret.length == SECRET
                    ? Optional.of(new TicketKey(Instant.ofEpochSecond(encryptsFrom), secret.clone()))
                    : Optional.empty();
        } catch (DateTimeException beyondAllTime) {
            return Optional.empty();
        }
    }

    /** When instances begin to encrypt with it, in whole seconds. */
    public Instant encryptsFrom() {
        return encryptsFrom;
    }

    /** A copy. */
    public byte[] name() {
        return part(0);
    }

    /** A copy. */
    public byte[] hmacKey() {
        return part(1);
    }

    /** A copy. */
    public byte[] aesKey() {
        return part(2);
    }

    private byte[] part(int number) {
        return Arrays.copyOfRange(secret, number * PART, (number + 1) * PART);
    }

    byte[] secret() {
        return secret.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TicketKey key
                && encryptsFrom.equals(key.encryptsFrom)
                && Arrays.equals(secret, key.secret);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(name());
    }

    /** Shows of the key what its tickets show. */
    @Override
    public String toString() {
        return "TicketKey[" + HexFormat.of().formatHex(name(), 0, 4) + " from " + encryptsFrom + "]";
    }
}
