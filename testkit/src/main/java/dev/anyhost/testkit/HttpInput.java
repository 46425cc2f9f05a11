package dev.anyhost.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Reads HTTP/1.1 messages (RFC 9112) one byte at a time, so that nothing is read that wasn't asked for. */
final class HttpInput {

    private static final int HEAD_LIMIT = 1 << 20;

    private final InputStream in;

    HttpInput(InputStream in) {
        this.in = in;
    }

    /** A first line and headers, the empty line included; empty when the peer ended before the first byte. */
    Optional<String> head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (!endsWithEmptyLine(head)) {
            int next = in.read();
            if (next < 0 && head.isEmpty()) {
                return Optional.empty();
            }
            if (next < 0 || head.length() == HEAD_LIMIT) {
                throw new EOFException("a head that doesn't end: " + head);
            }
            head.append((char) next);
        }
        return Optional.of(head.toString());
    }

    /** The content that follows {@code head}: chunked, by length, or none. */
    InputStream body(RawRequest head) {
        if (head.header("Transfer-Encoding").filter("chunked"::equalsIgnoreCase).isPresent()) {
            return new Chunked();
        }
        long length = head.header("Content-Length").map(Long::parseLong).orElse(0L);
        return new Limited(length);
    }

    /** The content of a response to a request with this method (RFC 9112 section 6.3); may end with the connection. */
    InputStream responseBody(String method, RawRequest head) {
        String status = head.target();
        boolean empty = method.equals("HEAD") || status.startsWith("1") || status.equals("204") || status.equals("304");
        if (empty) {
            return InputStream.nullInputStream();
        }
        boolean framed = head.header("Transfer-Encoding").isPresent()
                || head.header("Content-Length").isPresent();
        return framed ? body(head) : in;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("a line that doesn't end: " + line);
            }
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }

    private static boolean endsWithEmptyLine(StringBuilder head) {
        int length = head.length();
        return length >= 4 && head.substring(length - 4).equals("\r\n\r\n");
    }

    /** Content of a known length; the end before it is an error. */
    private final class Limited extends InputStream {

        private long left;

        Limited(long length) {
            left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = in.read(buffer, offset, (int) Math.min(length, left));
            if (read < 0) {
                throw new EOFException(left + " bytes of the body are missing");
            }
            left -= read;
            return read;
        }
    }

    /** Content in chunks (RFC 9112 section 7.1), read up to and including the trailer's end. */
    private final class Chunked extends InputStream {

        private InputStream chunk = InputStream.nullInputStream();
        private boolean first = true;
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (ended) {
                return -1;
            }
            int read = chunk.read(buffer, offset, length);
            return read >= 0 ? read : nextChunk(buffer, offset, length);
        }

        private int nextChunk(byte[] buffer, int offset, int length) throws IOException {
            if (!first) {
                line();
            }
            first = false;
            String size = line().split(";", 2)[0].strip();
            chunk = new Limited(Long.parseLong(size, 16));
            int read = chunk.read(buffer, offset, length);
            if (read < 0) {
                ended = true;
                skipTrailer();
            }
            return read;
        }

        private void skipTrailer() throws IOException {
            String trailer = line();
            while (!trailer.isEmpty()) {
                trailer = line();
            }
        }
    }
}
