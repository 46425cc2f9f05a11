package dev.anyhost.proxy.http1;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The field names that mean something to a proxy; all others are {@link #OTHER} and pass through. */
public enum FieldName {
    OTHER,
    HOST,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    CONNECTION,
    KEEP_ALIVE,
    PROXY_CONNECTION,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    PROXY,
    TE,
    TRAILER,
    UPGRADE,
    EXPECT,
    HTTP2_SETTINGS,
    ALT_SVC,
    STRICT_TRANSPORT_SECURITY,
    FORWARDED,
    X_FORWARDED_FOR,
    X_FORWARDED_PROTO,
    X_FORWARDED_HOST,
    X_FORWARDED_PORT,
    /** Any other name that begins with {@code X-Forwarded-}. */
    X_FORWARDED_OTHER,
    X_REAL_IP,
    USER_CUSTOM_DOMAIN,
    CDN_LOOP,
    /** Any name with an underscore: CGI-like origins can't tell it from its twin with a hyphen. */
    UNDERSCORED;

    private static final int LONGEST = 25;
    private static final Spelling[][] BY_LENGTH = byLength();
    private static final byte[] X_FORWARDED = "x-forwarded-".getBytes(StandardCharsets.US_ASCII);

    private record Spelling(FieldName name, String lowerCase) {}

    private static Spelling[][] byLength() {
        List<List<Spelling>> lists = new ArrayList<>();
        for (int i = 0; i <= LONGEST; i++) {
            lists.add(new ArrayList<>());
        }
        for (FieldName name : values()) {
            if (name != OTHER && name != X_FORWARDED_OTHER && name != UNDERSCORED) {
                String lowerCase = name.name().toLowerCase(Locale.ROOT).replace('_', '-');
                lists.get(lowerCase.length()).add(new Spelling(name, lowerCase));
            }
        }
        return lists.stream().map(list -> list.toArray(new Spelling[0])).toArray(Spelling[][]::new);
    }

    /** Which name the token is; {@link #UNDERSCORED} is the caller's to find. */
    static FieldName of(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length <= LONGEST) {
            for (Spelling candidate : BY_LENGTH[length]) {
                if (Octets.equalsIgnoringCase(bytes, from, to, candidate.lowerCase())) {
                    return candidate.name();
                }
            }
        }
        return length > X_FORWARDED.length
                        && Octets.equalsIgnoringCase(bytes, from, from + X_FORWARDED.length, X_FORWARDED)
                ? X_FORWARDED_OTHER
                : OTHER;
    }
}
