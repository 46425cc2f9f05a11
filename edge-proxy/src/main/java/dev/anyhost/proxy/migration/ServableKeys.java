package dev.anyhost.proxy.migration;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;

/** Which kinds of keys the TLS layer signs handshakes with, for every client it serves. */
final class ServableKeys {

    /** What {@link #has} says yes to, as the tail of an error message. */
    static final String EXPECTED = "P-256, P-384 or RSA of 2048 to 4096 bits";

    private ServableKeys() {}

    static boolean has(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec -> isCurve(ec.getParams().getCurve().getField().getFieldSize());
            case RSAPublicKey rsa ->
                rsa.getModulus().bitLength() >= 2048 && rsa.getModulus().bitLength() <= 4096;
            default -> false;
        };
    }

    private static boolean isCurve(int bits) {
        return bits == 256 || bits == 384;
    }

    /** The key's kind, for people. */
    static String kind(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec ->
                "EC of " + ec.getParams().getCurve().getField().getFieldSize() + " bits";
            case RSAPublicKey rsa -> "RSA of " + rsa.getModulus().bitLength() + " bits";
            default -> key.getAlgorithm();
        };
    }
}
