package dev.anyhost.verifier.dns;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.xbill.DNS.Message;

/** A resolver on loopback that answers with whatever bytes a test wants, over UDP and TCP. */
final class ScriptedDns implements AutoCloseable {

    /** For hundreds of questions at once. */
    private static final int BUFFER = 4 << 20;

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final BiFunction<Message, Boolean, Optional<byte[]>> script;
    private final List<Message> questions = Collections.synchronizedList(new ArrayList<>());

    /** @param script the answer's bytes, or none; told the query, and whether it came over TCP */
    ScriptedDns(BiFunction<Message, Boolean, Optional<byte[]>> script) {
        this.script = script;
        try {
            var loopback = InetAddress.ofLiteral("127.0.0.1");
            this.tcp = new ServerSocket(0, 50, loopback);
            this.udp = new DatagramSocket(new InetSocketAddress(loopback, tcp.getLocalPort()));
            udp.setReceiveBufferSize(BUFFER);
        } catch (IOException taken) {
            throw new UncheckedIOException(taken);
        }
        Thread.startVirtualThread(this::answerDatagrams);
        Thread.startVirtualThread(this::answerConnections);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(tcp.getInetAddress(), tcp.getLocalPort());
    }

    List<Message> questions() {
        return List.copyOf(questions);
    }

    private Optional<byte[]> answer(byte[] query, boolean overTcp) throws IOException {
        var message = new Message(query);
        questions.add(message);
        return script.apply(message, overTcp);
    }

    private void answerDatagrams() {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[4096], 4096);
                udp.receive(packet);
                byte[] query = new ByteArrayInputStream(packet.getData(), 0, packet.getLength()).readAllBytes();
                Optional<byte[]> answer = answer(query, false);
                if (answer.isPresent()) {
                    udp.send(new DatagramPacket(answer.get(), answer.get().length, packet.getSocketAddress()));
                }
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void answerConnections() {
        try {
            while (true) {
                try (Socket socket = tcp.accept()) {
                    var in = new DataInputStream(socket.getInputStream());
                    byte[] query = in.readNBytes(in.readUnsignedShort());
                    Optional<byte[]> answer = answer(query, true);
                    if (answer.isPresent()) {
                        var out = new DataOutputStream(socket.getOutputStream());
                        out.writeShort(answer.get().length);
                        out.write(answer.get());
                    }
                }
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    @Override
    public void close() {
        udp.close();
        try {
            tcp.close();
        } catch (IOException already) {
            throw new UncheckedIOException(already);
        }
    }
}
