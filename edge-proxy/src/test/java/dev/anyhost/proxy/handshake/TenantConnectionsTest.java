package dev.anyhost.proxy.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotAllowed;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.ServableCertificate;
import dev.anyhost.store.tickets.TicketKeyRing;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real TLS connections to several hostnames of a tenant, and what one too many gets. */
class TenantConnectionsTest {

    private final AtomicInteger refused = new AtomicInteger();
    private final List<Socket> clients = new ArrayList<>();
    private final TlsServer server = new TlsServer(
            List.of("a.example", "b.example", "other.example"),
            TicketKeyRing.first(Instant.EPOCH)::keys,
            certificates ->
                    new TenantConnections(certificates, TenantConnectionsTest::tenant, 2, refused::incrementAndGet));

    private static String tenant(Hostname hostname) {
        return hostname.value().startsWith("other") ? "other" : "acme";
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        server.close();
    }

    private SSLSocket open(String hostname) throws IOException {
        var plain = new Socket(InetAddress.getLoopbackAddress(), server.port());
        plain.setSoTimeout(20_000);
        var client = (SSLSocket)
                TlsServer.CA.clientContext().getSocketFactory().createSocket(plain, hostname, server.port(), true);
        clients.add(client);
        client.startHandshake();
        return client;
    }

    private boolean isTaken(String hostname) throws IOException {
        try {
            var _ = open(hostname);
            return true;
        } catch (SSLException alert) {
            assertThat(alert).hasMessageContaining("internal_error");
            return false;
        }
    }

    private static void assertServed(SSLSocket client) throws IOException {
        client.getOutputStream().write('x');
        assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                .startsWith("HTTP/1.1 204 ");
    }

    @Test
    void oneTooManyOfATenant_getsAnAlertAndTheOthersAreServed() throws Exception {
        SSLSocket first = open("a.example");
        assertThat(isTaken("b.example")).isTrue();
        assertThat(isTaken("a.example")).isFalse();
        assertThat(isTaken("b.example")).isFalse();
        assertThat(refused).hasValue(2);
        assertServed(open("other.example"));
        assertServed(first);
        while (!isTaken("a.example")) {
            // The server has sent its last and is about to hear of the end.
            assertThat(refused).hasValueLessThan(10_000);
        }
        assertThat(isTaken("a.example")).isFalse();
    }

    @Test
    void connectionThatBreaksOff_isNotCountedAnyMore() throws Exception {
        for (int i = 0; i < 20; i++) {
            SSLSocket one = open("a.example");
            one.setSoLinger(true, 0);
            one.close();
            while (!isTaken("b.example")) {
                assertThat(refused).hasValueLessThan(10_000);
            }
            clients.removeLast().close();
        }
        assertServed(open("other.example"));
    }

    private static final class Scripted {
        final Promise<CertificateAnswer> answer = ImmediateEventExecutor.INSTANCE.newPromise();
        final AtomicInteger refused = new AtomicInteger();
        final TenantConnections limited =
                new TenantConnections((name, channel) -> answer, name -> "acme", 1, refused::incrementAndGet);

        Future<CertificateAnswer> ask(EmbeddedChannel connection) {
            return limited.answer(Hostname.parse("a.example").orElseThrow(), connection);
        }
    }

    @Test
    void connectionThatWaitedForItsCertificate_isCountedWhenItHasOne() {
        var scripted = new Scripted();
        var left = new EmbeddedChannel();
        var stayed = new EmbeddedChannel();
        var late = new EmbeddedChannel();
        List<Future<CertificateAnswer>> asked = List.of(scripted.ask(left), scripted.ask(stayed), scripted.ask(late));
        left.close().syncUninterruptibly();
        ServableCertificate certificate = TlsServer.certificate("a.example");
        scripted.answer.setSuccess(new CertificateAnswer.Serve(certificate, CertificateAnswer.Source.ISSUED));
        assertThat(asked.get(1).getNow()).isInstanceOf(CertificateAnswer.Serve.class);
        assertThat(asked.get(2).getNow())
                .isInstanceOfSatisfying(
                        NotYet.class, answer -> assertThat(answer.cause()).isEqualTo(Cause.TENANT_CONNECTIONS));
        assertThat(scripted.refused).hasValue(1);
        stayed.close().syncUninterruptibly();
        assertThat(scripted.ask(new EmbeddedChannel()).getNow()).isInstanceOf(CertificateAnswer.Serve.class);
        certificate.release();
    }

    @Test
    void whoGetsNoCertificate_isNotCounted() {
        var scripted = new Scripted();
        scripted.answer.setSuccess(new NotAllowed());
        for (int i = 0; i < 3; i++) {
            assertThat(scripted.ask(new EmbeddedChannel()).getNow()).isInstanceOf(NotAllowed.class);
        }
        assertThat(scripted.refused).hasValue(0);
    }

    @Test
    void lookUpThatFailed_staysFailed() {
        var scripted = new Scripted();
        Future<CertificateAnswer> asked = scripted.ask(new EmbeddedChannel());
        scripted.answer.setFailure(new IllegalStateException("a bug"));
        assertThat(asked.cause()).hasMessage("a bug");
    }
}
