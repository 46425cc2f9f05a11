package dev.anyhost.proxy.http1;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a message's Connection fields say (RFC 9110 section 7.6.1).
 *
 * @param nominated other field names that go no further than this hop, in lower case
 */
public record ConnectionOptions(boolean close, boolean keepAlive, boolean upgrade, List<byte[]> nominated) {

    /** Each is compared with every field of the message; real ones name a few. */
    private static final int MOST_NOMINATED = 32;

    static final ConnectionOptions NONE = new ConnectionOptions(false, false, false, List.of());

    private static final byte[] CLOSE = "close".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEEP_ALIVE = "keep-alive".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] UPGRADE = "upgrade".getBytes(StandardCharsets.US_ASCII);

    /** Null when a Connection field is no list of tokens, or nominates more than anybody does. */
    static @Nullable ConnectionOptions read(Fields fields) {
        if (fields.first(FieldName.CONNECTION) < 0) {
            return NONE;
        }
        var reading = new Reading();
        for (int i = 0; i < fields.size(); i++) {
            if (fields.name(i) == FieldName.CONNECTION
                    && !reading.list(fields.bytes(), fields.valueStart(i), fields.valueEnd(i))) {
                return null;
            }
        }
        return reading.nominated.size() > MOST_NOMINATED
                ? null
                : new ConnectionOptions(reading.close, reading.keepAlive, reading.upgrade, reading.nominated);
    }

    /** Whether field {@code i} was named by the peer as one for this hop only. */
    public boolean nominates(Fields fields, int i) {
        for (byte[] name : nominated) {
            if (fields.isNamed(i, name)) {
                return true;
            }
        }
        return false;
    }

    private static final class Reading {
        private boolean close;
        private boolean keepAlive;
        private boolean upgrade;
        private List<byte[]> nominated = List.of();

        /** Reads {@code #token}; empty elements are allowed (RFC 9110 section 5.6.1.2). */
        boolean list(byte[] bytes, int from, int to) {
            int at = from;
            while (at < to) {
                int start = at;
                while (at < to && Octets.isToken(bytes[at])) {
                    at++;
                }
                if (at > start) {
                    option(bytes, start, at);
                }
                while (at < to && Octets.isBlank(bytes[at])) {
                    at++;
                }
                if (at < to && bytes[at] != ',') {
                    return false;
                }
                at++;
                while (at < to && Octets.isBlank(bytes[at])) {
                    at++;
                }
            }
            return true;
        }

        private void option(byte[] bytes, int from, int to) {
            if (Octets.equalsIgnoringCase(bytes, from, to, KEEP_ALIVE)) {
                keepAlive = true;
            } else if (Octets.equalsIgnoringCase(bytes, from, to, CLOSE)) {
                close = true;
            } else if (Octets.equalsIgnoringCase(bytes, from, to, UPGRADE)) {
                upgrade = true;
            } else {
                nominate(bytes, from, to);
            }
        }

        private void nominate(byte[] bytes, int from, int to) {
            if (nominated.isEmpty()) {
                nominated = new ArrayList<>();
            }
            byte[] name = new byte[to - from];
            for (int i = 0; i < name.length; i++) {
                name[i] = Octets.lower(bytes[from + i]);
            }
            nominated.add(name);
        }
    }
}
