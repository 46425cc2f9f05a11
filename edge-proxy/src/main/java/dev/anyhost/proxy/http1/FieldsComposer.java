package dev.anyhost.proxy.http1;

import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes fields that came in another form, such as HPACK's, as HTTP/1.1 has them, so that they are read by the same rules
 * as those that came as bytes. What a name or a value may not hold is refused before it could be taken for more than one.
 */
public final class FieldsComposer {

    private static final int FIRST_ROOM = 512;

    private byte[] bytes = new byte[FIRST_ROOM];
    private int length;
    private @Nullable HeadError error;

    /** One field; a name in upper case, or a value with blanks around it, is malformed (RFC 9113 section 8.2.1). */
    public void field(AsciiString name, AsciiString value) {
        reserve(name.length() + value.length() + 4);
        name(name);
        bytes[length++] = ':';
        bytes[length++] = Octets.SP;
        value(value);
        lineEnd();
    }

    private void name(AsciiString name) {
        for (int i = 0; i < name.length(); i++) {
            byte c = name.byteAt(i);
            if (!Octets.isToken(c) || Octets.lower(c) != c) {
                refuse(HeadError.FIELD_NAME);
            }
            bytes[length++] = c;
        }
        if (name.isEmpty()) {
            refuse(HeadError.FIELD_NAME);
        }
    }

    private void value(AsciiString value) {
        int end = value.length();
        if (end > 0 && (Octets.isBlank(value.byteAt(0)) || Octets.isBlank(value.byteAt(end - 1)))) {
            refuse(HeadError.FIELD_VALUE);
        }
        for (int i = 0; i < end; i++) {
            byte c = value.byteAt(i);
            if (!Octets.isFieldValue(c)) {
                refuse(HeadError.CONTROL_CHARACTER);
            }
            bytes[length++] = c;
        }
    }

    /** A start line from visible parts with one blank between each two. */
    void line(AsciiString... parts) {
        parts(parts);
        lineEnd();
    }

    /** A status line; the reason may be empty, and is ours. */
    void statusLine(AsciiString version, AsciiString status, AsciiString reason) {
        parts(version, status);
        reserve(reason.length() + 3);
        bytes[length++] = Octets.SP;
        for (int i = 0; i < reason.length(); i++) {
            bytes[length++] = reason.byteAt(i);
        }
        lineEnd();
    }

    private void parts(AsciiString... parts) {
        for (AsciiString part : parts) {
            reserve(part.length() + 3);
            if (length > 0) {
                bytes[length++] = Octets.SP;
            }
            for (int i = 0; i < part.length(); i++) {
                byte c = part.byteAt(i);
                if (!Octets.isTarget(c)) {
                    refuse(HeadError.REQUEST_LINE);
                }
                bytes[length++] = c;
            }
        }
    }

    private void lineEnd() {
        bytes[length++] = Octets.CR;
        bytes[length++] = Octets.LF;
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    /** The first mistake is the one that is told. */
    public void refuse(HeadError mistake) {
        if (error == null) {
            error = mistake;
        }
    }

    public @Nullable HeadError error() {
        return error;
    }

    /** All lines and an empty one. */
    byte[] end() {
        byte[] head = Arrays.copyOf(bytes, length + 2);
        head[length] = Octets.CR;
        head[length + 1] = Octets.LF;
        return head;
    }

    /** The fields as a trailer section; what is wrong with it instead. */
    public BodyStep trailers(Http1Limits limits) {
        if (error == null && length == 0) {
            return new BodyStep.End(Fields.none());
        }
        if (error == null && length > limits.trailers()) {
            error = HeadError.HEAD_TOO_LARGE;
        }
        if (error != null) {
            return new BodyStep.Malformed(error);
        }
        var trailers = new Fields(end());
        HeadError wrong = FieldLines.read(trailers, 0, limits.fields());
        return wrong == null ? new BodyStep.End(trailers) : new BodyStep.Malformed(wrong);
    }
}
