package dev.anyhost.store.encryption;

import com.google.crypto.tink.subtle.Hkdf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One entry of {@code store.key-encryption}, read. */
sealed interface KeySpec {

    String EXPECTED = "kms:<key ARN> or file:<path of 32 bytes in base64>";

    /**
     * A KMS key.
     *
     * @param region where its client talks to
     */
    record Kms(String arn, String region) implements KeySpec {}

    /** A key that was read from a file. */
    record Local(String id, Plaintext key) implements KeySpec {}

    /** None. */
    record Unusable(String expected) implements KeySpec {}

    /** Reads an entry; paths are relative to the folder {@code base}. */
    static KeySpec read(String spec, Path base) {
        if (spec.startsWith("kms:")) {
            return kms(spec.substring("kms:".length()));
        }
        return spec.startsWith("file:") ? file(spec.substring("file:".length()), base) : new Unusable(EXPECTED);
    }

    private static KeySpec kms(String arn) {
        return KmsArn.parse(arn)
                .<KeySpec>map(parsed -> new Kms(arn, parsed.region()))
                .orElseGet(() -> new Unusable("a key's ARN such as "
                        + "kms:arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab; "
                        + "an alias may come to mean another key"));
    }

    private static KeySpec file(String name, Path base) {
        byte[] text;
        try {
            text = Files.readAllBytes(base.resolve(name));
        } catch (IOException | InvalidPathException unreadable) {
            return new Unusable("a readable file; " + unreadable.getClass().getSimpleName() + " at " + base);
        }
        try {
            byte[] key = Base64.getDecoder()
                    .decode(new String(text, StandardCharsets.ISO_8859_1)
                            .strip()
                            .getBytes(StandardCharsets.ISO_8859_1));
            return key.length == 32 ? new Local(fingerprint(key), new Plaintext(key)) : new Unusable(FILE_EXPECTED);
        } catch (IllegalArgumentException notBase64) {
            return new Unusable(FILE_EXPECTED);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    String FILE_EXPECTED = "a file of exactly 32 bytes in base64, as from: openssl rand -base64 32";

    /** Names a key without helping to guess it: HKDF (RFC 5869) with a purpose of its own, of which 64 bits are shown. */
    private static String fingerprint(byte[] key) {
        byte[] purpose = "anyhost key id".getBytes(StandardCharsets.US_ASCII);
        try {
            return "file-" + HexFormat.of().formatHex(Hkdf.computeHkdf("HMACSHA256", key, new byte[0], purpose, 8));
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /**
     * A KMS key's ARN.
     *
     * @param identity what tells keys apart: a multi-Region key and its replicas are one key
     */
    record KmsArn(String region, String identity) {

        private static final Pattern FORM =
                Pattern.compile("arn:(aws[a-z-]*):kms:([a-z0-9-]+):([0-9]{12}):key/([A-Za-z0-9-]+)");

        static Optional<KmsArn> parse(String text) {
            Matcher arn = FORM.matcher(text);
            if (!arn.matches()) {
                return Optional.empty();
            }
            String key = arn.group(4);
            String identity = key.startsWith("mrk-") ? arn.group(1) + ":" + arn.group(3) + ":" + key : text;
            return Optional.of(new KmsArn(arn.group(2), identity));
        }
    }
}
