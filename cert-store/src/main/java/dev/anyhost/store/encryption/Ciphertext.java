package dev.anyhost.store.encryption;

/** Encrypted bytes. */
public final class Ciphertext {

    private final byte[] bytes;

    Ciphertext(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }
}
