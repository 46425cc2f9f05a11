package dev.anyhost.proxy.preflight;

import dev.anyhost.proxy.http1.BodyReader;
import dev.anyhost.proxy.http1.BodyStep;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.ResponseHead;
import dev.anyhost.proxy.http1.ResponseParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * A request as an authority sends it for http-01 (RFC 8555 section 8.3), to one address. The JDK's HTTP clients choose the
 * address, and the Host, themselves.
 */
final class ValidationRequest {

    /** Far more than a key authorization has; what comes after isn't read. */
    private static final int LONGEST_BODY = 512;

    private static final int MOST_BYTES = 64 * 1024;
    private static final int PIECE = 4 * 1024;

    private final Target target;
    private final Duration patience;

    /** @param patience for the connection, and between bytes; an interrupt ends it sooner */
    ValidationRequest(Target target, Duration patience) {
        this.target = target;
        this.patience = patience;
    }

    /**
     * Where it goes.
     *
     * @param host the hostname that it is for
     * @param authority the Host field's value: the host, and the port unless it is the usual one
     * @param path with the query
     */
    record Target(boolean tls, InetSocketAddress address, String host, String authority, String path) {

        InetAddress ip() {
            return address.getAddress();
        }
    }

    /** What came back. */
    sealed interface Answer {

        /** @param body its beginning */
        record Response(int status, Optional<String> location, String body) implements Answer {}

        /** Something, but not HTTP. */
        record NotHttp() implements Answer {}

        record Nothing(String reason) implements Answer {}
    }

    Answer send() {
        try (var socket = new Socket()) {
            socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
            socket.connect(target.address(), Math.toIntExact(patience.toMillis()));
            return target.tls() ? exchange(AnyCertificate.over(socket, target.host())) : exchange(socket);
        } catch (IOException nobody) {
            return new Answer.Nothing(String.valueOf(nobody.getMessage()));
        }
    }

    private Answer exchange(Socket socket) throws IOException {
        String request = "GET " + target.path() + " HTTP/1.1\r\nHost: " + target.authority()
                + "\r\nUser-Agent: Anyhost pre-flight\r\nAccept: */*\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        InputStream input = socket.getInputStream();
        ByteBuf in = Unpooled.buffer(PIECE, MOST_BYTES);
        var parser = new ResponseParser(Http1Limits.DEFAULT);
        while (true) {
            switch (parser.parse(in, false)) {
                case Parsed.NeedMore<ResponseHead>() -> {
                    if (!more(input, in)) {
                        return new Answer.Nothing("it closed the connection");
                    }
                }
                case Parsed.Rejected<ResponseHead> _ -> {
                    return new Answer.NotHttp();
                }
                case Parsed.Head<ResponseHead>(ResponseHead head) when head.isInterim() -> {
                    // The answer is yet to come.
                }
                case Parsed.Head<ResponseHead>(ResponseHead head) -> {
                    return new Answer.Response(head.status(), head.fields().value("location"), body(head, input, in));
                }
            }
        }
    }

    /** As far as it is of interest; a broken one ends where it breaks. */
    private static String body(ResponseHead head, InputStream input, ByteBuf in) throws IOException {
        var body = new StringBuilder();
        BodyReader reader = BodyReader.of(head.framing(), Http1Limits.DEFAULT);
        while (head.status() == 200 && body.length() < LONGEST_BODY) {
            switch (reader.next(in)) {
                case BodyStep.NeedMore() -> {
                    if (!more(input, in)) {
                        return body.toString();
                    }
                }
                case BodyStep.Data(int length) -> body.append(in.readCharSequence(length, StandardCharsets.ISO_8859_1));
                case BodyStep.End _, BodyStep.Malformed _ -> {
                    return body.toString();
                }
            }
        }
        return body.toString();
    }

    private static boolean more(InputStream input, ByteBuf in) throws IOException {
        in.discardReadBytes();
        int room = Math.min(PIECE, MOST_BYTES - in.readableBytes());
        byte[] piece = new byte[PIECE];
        int read = room == 0 ? -1 : input.read(piece, 0, room);
        in.writeBytes(piece, 0, Math.max(0, read));
        return read > 0;
    }
}
