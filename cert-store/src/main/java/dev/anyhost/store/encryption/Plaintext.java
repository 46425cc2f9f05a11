package dev.anyhost.store.encryption;

import java.util.Arrays;

/** A secret in memory, to be wiped when it was used. */
public final class Plaintext implements AutoCloseable {

    private final byte[] bytes;

    /** Takes the array over: {@link #close} wipes it. */
    public Plaintext(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The array itself, valid until {@link #close}. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
    }

    /** Shows nothing. */
    @Override
    public String toString() {
        return "Plaintext";
    }
}
