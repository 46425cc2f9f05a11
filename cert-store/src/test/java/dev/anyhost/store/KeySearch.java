package dev.anyhost.store;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Looks for a secret in what is stored, in every form that somebody who reads the table could make use of. */
final class KeySearch {

    private static final int WINDOW = 16;

    private KeySearch() {}

    /** The forms in which parts of the key can be read in the item. */
    static List<String> windowsOf(PrivateKey key, Map<String, AttributeValue> item) {
        byte[] scalar = scalar((ECPrivateKey) key);
        String pem = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(key.getEncoded());
        List<String> found = new ArrayList<>(windowsOf(scalar, item));
        for (String stored : flat(AttributeValue.fromM(item))) {
            pem.lines().forEach(line -> note(found, "PEM", stored, line));
            note(found, "PKCS#8", stored, latin1(key.getEncoded()));
            note(found, "PEM", stored, "PRIVATE KEY");
            note(found, "decimal", stored, new BigInteger(1, scalar).toString());
        }
        return found;
    }

    /** The forms in which parts of a secret of octets can be read in the item. */
    static List<String> windowsOf(byte[] secret, Map<String, AttributeValue> item) {
        List<String> found = new ArrayList<>();
        for (String stored : flat(AttributeValue.fromM(item))) {
            for (int i = 0; i + WINDOW <= secret.length; i++) {
                byte[] window = Arrays.copyOfRange(secret, i, i + WINDOW);
                String hex = HexFormat.of().formatHex(window);
                note(found, "raw", stored, latin1(window));
                note(found, "hex", stored.toLowerCase(Locale.ROOT), hex);
                // Of a run in base64, the characters that don't depend on its neighbours.
                note(
                        found,
                        "base64",
                        stored,
                        Base64.getEncoder().encodeToString(window).substring(0, 20));
            }
        }
        return found;
    }

    private static void note(List<String> found, String form, String stored, String part) {
        if (stored.contains(part)) {
            found.add(form);
        }
    }

    private static byte[] scalar(ECPrivateKey key) {
        byte[] signed = key.getS().toByteArray();
        byte[] scalar = new byte[32];
        int from = Math.max(0, signed.length - 32);
        System.arraycopy(signed, from, scalar, 32 - (signed.length - from), signed.length - from);
        return scalar;
    }

    private static List<String> flat(AttributeValue value) {
        List<String> flat = new ArrayList<>();
        switch (value.type()) {
            case M -> value.m().values().forEach(one -> flat.addAll(flat(one)));
            case L -> value.l().forEach(one -> flat.addAll(flat(one)));
            case B -> flat.add(latin1(value.b().asByteArray()));
            default -> flat.add(value.toString());
        }
        return flat;
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
