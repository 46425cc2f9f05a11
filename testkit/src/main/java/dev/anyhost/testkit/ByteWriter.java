package dev.anyhost.testkit;

import java.io.ByteArrayOutputStream;

/** Bytes in network order, with the length-prefixed vectors of TLS (RFC 8446 section 3.4). */
final class ByteWriter {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    ByteWriter u8(int value) {
        bytes.write(value);
        return this;
    }

    ByteWriter u16(int value) {
        return u8(value >> 8).u8(value);
    }

    ByteWriter u24(int value) {
        return u8(value >> 16).u16(value);
    }

    ByteWriter bytes(byte[] value) {
        bytes.writeBytes(value);
        return this;
    }

    ByteWriter bytes(byte[] value, int from, int length) {
        bytes.write(value, from, length);
        return this;
    }

    ByteWriter vector8(byte[] value) {
        return u8(value.length).bytes(value);
    }

    ByteWriter vector16(byte[] value) {
        return u16(value.length).bytes(value);
    }

    ByteWriter vector24(byte[] value) {
        return u24(value.length).bytes(value);
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
