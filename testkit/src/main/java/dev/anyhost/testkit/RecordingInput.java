package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Keeps what passes through. */
final class RecordingInput extends FilterInputStream {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    RecordingInput(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        int read = super.read();
        if (read >= 0) {
            bytes.write(read);
        }
        return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        if (read > 0) {
            bytes.write(buffer, offset, read);
        }
        return read;
    }

    int size() {
        return bytes.size();
    }

    String recorded(int from) {
        return bytes.toString(ISO_8859_1).substring(from);
    }
}
