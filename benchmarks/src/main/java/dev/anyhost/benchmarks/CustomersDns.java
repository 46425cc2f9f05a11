package dev.anyhost.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * A DNS server on loopback (UDP) that answers as customers' servers do, a while after it was asked: every name under {@code
 * example} is a CNAME for one target, and there are no other records.
 */
final class CustomersDns implements AutoCloseable {

    private static final int LARGEST = 4_096;
    private static final long TTL = 60;
    private static final Name CUSTOMERS = Name.fromConstantString("example.");

    private final DatagramSocket socket;
    private final Name target;
    private final long millis;
    private final AtomicLong questions = new AtomicLong();
    private final ScheduledExecutorService answers = Executors.newSingleThreadScheduledExecutor();

    private CustomersDns(DatagramSocket socket, Name target, long millis) {
        this.socket = socket;
        this.target = target;
        this.millis = millis;
    }

    /** @param millis what an answer takes */
    static CustomersDns start(String target, long millis) throws IOException {
        var dns = new CustomersDns(
                new DatagramSocket(0, InetAddress.getLoopbackAddress()), Name.fromString(target + "."), millis);
        Thread.ofPlatform().daemon().name("customers-dns").start(dns::serve);
        return dns;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }

    long questions() {
        return questions.get();
    }

    private void serve() {
        var buffer = new DatagramPacket(new byte[LARGEST], LARGEST);
        while (!socket.isClosed()) {
            try {
                socket.receive(buffer);
                questions.incrementAndGet();
                var query = new Message(Arrays.copyOf(buffer.getData(), buffer.getLength()));
                byte[] answer = answer(query).toWire();
                var packet = new DatagramPacket(answer, answer.length, buffer.getSocketAddress());
                var _ = answers.schedule(() -> send(packet), millis, TimeUnit.MILLISECONDS);
            } catch (IOException closedOrGarbage) {
                // The loop's condition tells.
            }
        }
    }

    private Message answer(Message query) {
        var answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.RA);
        Record question = query.getQuestion();
        answer.addRecord(question, Section.QUESTION);
        boolean isAddress = question.getType() == Type.A || question.getType() == Type.AAAA;
        if (isAddress && question.getName().subdomain(CUSTOMERS)) {
            answer.addRecord(new CNAMERecord(question.getName(), DClass.IN, TTL, target), Section.ANSWER);
        }
        return answer;
    }

    private void send(DatagramPacket packet) {
        try {
            socket.send(packet);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        answers.shutdownNow();
        socket.close();
    }
}
