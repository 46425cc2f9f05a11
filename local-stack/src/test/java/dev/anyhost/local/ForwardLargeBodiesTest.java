package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies many times larger than all the memory of the proxy's process, both ways. */
class ForwardLargeBodiesTest {

    private static final long SIZE = 2L << 30;
    private static final List<String> MEMORY = List.of("-Xmx64m", "-XX:MaxDirectMemorySize=32m");
    private static final String HOST = "shop.example";

    @TempDir
    static Path folder;

    @Test
    void bodiesLargerThanMemory_goThroughBothWays() throws Exception {
        try (TestSystem system = new TestSystem(folder);
                ServerSocket origin = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> accept(origin));
            system.allow(HOST);
            URI uri = URI.create("http://127.0.0.1:" + origin.getLocalPort());
            try (ProxyProcess proxy = ProxyProcess.start(system, uri, MEMORY, Map.of());
                    SSLSocket socket = system.client(system.httpsPort).connect(HOST)) {
                OutputStream out = socket.getOutputStream();
                out.write(("POST /up HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: " + SIZE + "\r\n\r\n")
                        .getBytes(ISO_8859_1));
                send(out);
                assertThat(head(socket.getInputStream())).contains("X-Got: " + SIZE + "\r\n");

                out.write(("GET /down HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n").getBytes(ISO_8859_1));
                assertThat(head(socket.getInputStream())).contains("Content-Length: " + SIZE + "\r\n");
                assertThat(take(socket.getInputStream())).isEqualTo(SIZE);
                assertThat(proxy.isAlive()).isTrue();
                assertThat(proxy.output()).noneMatch(line -> line.contains("OutOf"));
            }
        }
    }

    private static void accept(ServerSocket origin) {
        while (!origin.isClosed()) {
            try {
                Socket socket = origin.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            for (String head = head(socket.getInputStream()); !head.isEmpty(); head = head(socket.getInputStream())) {
                OutputStream out = socket.getOutputStream();
                if (head.startsWith("POST")) {
                    long got = take(socket.getInputStream());
                    out.write(("HTTP/1.1 200 OK\r\nX-Got: " + got + "\r\nContent-Length: 0\r\n\r\n")
                            .getBytes(ISO_8859_1));
                } else {
                    out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + SIZE + "\r\n\r\n").getBytes(ISO_8859_1));
                    send(out);
                }
            }
        } catch (IOException ended) {
            assertThat(ended).isNotNull();
        }
    }

    private static void send(OutputStream out) throws IOException {
        byte[] piece = new byte[64 * 1024];
        for (long sent = 0; sent < SIZE; sent += piece.length) {
            out.write(piece);
        }
        out.flush();
    }

    /** How much of {@link #SIZE} came. */
    private static long take(InputStream in) throws IOException {
        byte[] piece = new byte[64 * 1024];
        long left = SIZE;
        for (int read = 0; left > 0 && read >= 0; left -= Math.max(0, read)) {
            read = in.read(piece, 0, (int) Math.min(piece.length, left));
        }
        return SIZE - left;
    }

    /** Empty at the connection's end. */
    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                return "";
            }
            head.append((char) c);
        }
        return head.toString();
    }
}
