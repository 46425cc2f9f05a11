package dev.anyhost.verifier.api;

import dev.anyhost.domain.Route;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The bearer keys (RFC 6750) of a self-hosted API. A key is 256 random bits, so that a plain hash of it gives nothing
 * away; only hashes are stored.
 */
public final class ApiKeys implements Callers {

    /** What a line of the file must be. */
    public static final String LINE_EXPECTED =
            "sha256:<64 hexadecimal digits> admin, or sha256:<64 hexadecimal digits> tenant <tenant>";

    private static final Pattern LINE = Pattern.compile("sha256:([0-9a-f]{64})\\s+(admin|tenant\\s+(.+))");
    private static final String BEARER = "bearer ";
    private static final String PREFIX = "anyhost_";
    private static final int KEY_BYTES = 32;

    private final List<Entry> entries;

    private record Entry(byte[] hash, Caller caller) {}

    private ApiKeys(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** What came out of reading a file of keys. */
    public sealed interface Read {
        record Keys(ApiKeys keys) implements Read {}

        /** One line that names the file, and the line in it. */
        record Wrong(String error) implements Read {}
    }

    /** Reads a file with a key on each line; blank lines, and those that start with {@code #}, are passed over. */
    public static Read read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (CharacterCodingException notText) {
            return new Read.Wrong(file + ": not UTF-8 (expected: a file of API keys)");
        } catch (IOException unreadable) {
            return new Read.Wrong(file + ": can't be read (expected: a readable file of API keys)");
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Optional<Entry> entry = entry(line);
            if (entry.isEmpty()) {
                // The line isn't quoted: it may be a key that somebody forgot to hash.
                return new Read.Wrong(file + ": line " + (i + 1) + " (expected: " + LINE_EXPECTED + ")");
            }
            entries.add(entry.get());
        }
        return new Read.Keys(new ApiKeys(entries));
    }

    private static Optional<Entry> entry(String line) {
        Matcher match = LINE.matcher(line);
        if (!match.matches()) {
            return Optional.empty();
        }
        byte[] hash = HexFormat.of().parseHex(match.group(1));
        return Optional.ofNullable(match.group(3))
                .<Optional<Caller>>map(
                        tenant -> Route.isTenant(tenant) ? Optional.of(new Caller.Tenant(tenant)) : Optional.empty())
                .orElse(Optional.of(new Caller.Admin()))
                .map(caller -> new Entry(hash, caller));
    }

    /** A new key, which nobody else has. */
    public static String generate() {
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /**
     * The line of a key in the file.
     *
     * @param tenant whose it is; empty for an operator's
     */
    public static String line(String key, Optional<String> tenant) {
        return "sha256:" + HexFormat.of().formatHex(hash(key)) + " "
                + tenant.map(name -> "tenant " + name).orElse("admin");
    }

    @Override
    public Optional<Caller> of(ApiRequest request) {
        return request.header("authorization")
                .filter(value -> value.toLowerCase(Locale.ROOT).startsWith(BEARER))
                .map(value -> value.substring(BEARER.length()).strip())
                .flatMap(this::owner);
    }

    /** Compares with every key, in the same time whichever it is. */
    private Optional<Caller> owner(String key) {
        byte[] hash = hash(key);
        Optional<Caller> owner = Optional.empty();
        for (Entry entry : entries) {
            if (MessageDigest.isEqual(entry.hash(), hash)) {
                owner = Optional.of(entry.caller());
            }
        }
        return owner;
    }

    @Override
    public String challenge() {
        return "Bearer realm=\"anyhost domains\"";
    }

    private static byte[] hash(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
