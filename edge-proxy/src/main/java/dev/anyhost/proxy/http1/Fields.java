package dev.anyhost.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.Optional;

/**
 * The header or trailer fields of one message: an index into the bytes they came in. Text is made only when asked for.
 * Not for more than one thread while it is being filled, which only this package does.
 */
public final class Fields {

    private static final int STRIDE = 4;
    private static final int USUAL = 16;
    private static final Fields NONE = new Fields(new byte[0]);
    private static final byte[] COLON = {':', ' '};
    private static final byte[] LINE_END = {Octets.CR, Octets.LF};

    private final byte[] bytes;
    private int[] index = new int[USUAL * STRIDE];
    private FieldName[] names = new FieldName[USUAL];
    private int size;

    Fields(byte[] bytes) {
        this.bytes = bytes;
    }

    /** No fields: most bodies' trailers. */
    public static Fields none() {
        return NONE;
    }

    void add(int nameStart, int nameEnd, int valueStart, int valueEnd, FieldName name) {
        int at = size * STRIDE;
        if (at == index.length) {
            index = Arrays.copyOf(index, at * 2);
            names = Arrays.copyOf(names, size * 2);
        }
        index[at] = nameStart;
        index[at + 1] = nameEnd;
        index[at + 2] = valueStart;
        index[at + 3] = valueEnd;
        names[size] = name;
        size++;
    }

    public int size() {
        return size;
    }

    public FieldName name(int i) {
        return names[i];
    }

    /** The name as it was sent. */
    public String nameText(int i) {
        return Octets.text(bytes, index[i * STRIDE], index[i * STRIDE + 1]);
    }

    /** The name as HTTP/2 has it. */
    public AsciiString lowerCaseName(int i) {
        return new AsciiString(bytes, index[i * STRIDE], index[i * STRIDE + 1] - index[i * STRIDE], false)
                .toLowerCase();
    }

    /** As {@link #valueText}, without making text of it: a view of the message's own bytes. */
    public AsciiString valueBytes(int i) {
        return new AsciiString(bytes, valueStart(i), valueEnd(i) - valueStart(i), false);
    }

    /** The value without blanks around it, each byte one character. */
    public String valueText(int i) {
        return Octets.text(bytes, valueStart(i), valueEnd(i));
    }

    /** The value of the first field with this name. */
    public Optional<String> value(FieldName name) {
        int i = first(name);
        return i < 0 ? Optional.empty() : Optional.of(valueText(i));
    }

    /** The value of the first field with this name, in any case. For names that are no {@link FieldName}. */
    public Optional<String> value(String name) {
        for (int i = 0; i < size; i++) {
            if (nameText(i).equalsIgnoreCase(name)) {
                return Optional.of(valueText(i));
            }
        }
        return Optional.empty();
    }

    /** Whether the field's name is this one, given in lower case. */
    public boolean isNamed(int i, byte[] lowerCase) {
        return Octets.equalsIgnoringCase(bytes, index[i * STRIDE], index[i * STRIDE + 1], lowerCase);
    }

    /** Writes the field as a line, the value without the blanks that were around it. */
    public void writeLine(int i, ByteBuf out) {
        int at = i * STRIDE;
        out.writeBytes(bytes, index[at], index[at + 1] - index[at]);
        out.writeBytes(COLON);
        out.writeBytes(bytes, index[at + 2], index[at + 3] - index[at + 2]);
        out.writeBytes(LINE_END);
    }

    /** Position of the first field with this name, or -1. */
    int first(FieldName name) {
        for (int i = 0; i < size; i++) {
            if (names[i] == name) {
                return i;
            }
        }
        return -1;
    }

    /** How many fields have this name. */
    public int count(FieldName name) {
        int count = 0;
        for (int i = 0; i < size; i++) {
            count += names[i] == name ? 1 : 0;
        }
        return count;
    }

    /** An upper bound of what all lines take, in bytes. */
    public int byteSize() {
        return bytes.length + size;
    }

    byte[] bytes() {
        return bytes;
    }

    int valueStart(int i) {
        return index[i * STRIDE + 2];
    }

    int valueEnd(int i) {
        return index[i * STRIDE + 3];
    }
}
