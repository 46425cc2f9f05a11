package dev.anyhost.proxy.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.dns.DnsClient;
import dev.anyhost.dns.Sighting;
import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.AccountThumbprint;
import dev.anyhost.proxy.challenge.Http01Answers;
import dev.anyhost.proxy.preflight.Answering.Page;
import dev.anyhost.testkit.DemoOrigin;
import dev.anyhost.testkit.Ports;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.TestCa;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What strangers may answer, byte by byte. */
class MarkerProbeTest {

    private static final Hostname HOST = Hostname.parse("shop.customer.test").orElseThrow();
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final Http01Answers OURS = new Http01Answers(new AccountThumbprint("o".repeat(43)));

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** For peers that leave one waiting. */
    private static final Duration IMPATIENT = Duration.ofMillis(500);

    private static MarkerAnswer ask(int http, int https, Duration patience) {
        return new MarkerProbe(
                        OURS,
                        new Sighting(new DnsClient(List.of(), Duration.ofSeconds(1))),
                        _ -> true,
                        new MarkerProbe.Ports(http, https),
                        patience)
                .ask(HOST, LOOPBACK);
    }

    private static MarkerAnswer answered(String bytes) throws Exception {
        return answered(bytes, PATIENCE);
    }

    private static MarkerAnswer answered(String bytes, Duration patience) throws Exception {
        try (RawOrigin origin = RawOrigin.start(RawOrigin.Script.answering(_ -> bytes))) {
            return ask(origin.uri().getPort(), 443, patience);
        }
    }

    @Test
    void redirectToHttps_isFollowedWhateverTheCertificate() throws Exception {
        int http = Ports.free();
        TestCa ca = TestCa.create("nobody trusts it");
        try (DemoOrigin tls = DemoOrigin.startTls(ca.issue("elsewhere.test"), 0);
                var redirecting = Answering.at(
                        "127.0.0.1", http, path -> Page.redirect("https://" + HOST + ":" + tls.port() + path))) {
            assertThat(ask(http, tls.port(), PATIENCE)).isEqualTo(new MarkerAnswer.Strange("with another page"));
            assertThat(redirecting.hosts()).hasSize(1);
        }
    }

    @Test
    void redirectToHttpsWhereNobodySpeaksTls_saysNothing() {
        int http = Ports.free();
        try (var both = Answering.at("127.0.0.1", http, path -> Page.redirect("https://" + HOST + ":" + http + path))) {
            assertThat(ask(http, http, IMPATIENT)).isInstanceOf(MarkerAnswer.Silent.class);
            assertThat(both.hosts()).hasSize(1);
        }
    }

    @Test
    void whatIsNotHttp_isStrange() throws Exception {
        assertThat(answered("220 mail.test ESMTP\r\n\r\n"))
                .isEqualTo(new MarkerAnswer.Strange("with something that isn't HTTP"));
    }

    @Test
    void halfAnAnswer_saysNothing() throws Exception {
        assertThat(answered("HTTP/1.1 200 OK\r\n", IMPATIENT)).isInstanceOf(MarkerAnswer.Silent.class);
    }

    @Test
    void endlessHead_isStrange() throws Exception {
        assertThat(answered("HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(20_000)))
                .isEqualTo(new MarkerAnswer.Strange("with something that isn't HTTP"));
    }

    @Test
    void redirectThatCantBeRead_isStrange() throws Exception {
        for (String location :
                List.of("http://[", "ftp://shop.customer.test/", "http://192.0.2.1/", "http:///", "//")) {
            assertThat(answered("HTTP/1.1 301 Moved\r\nLocation: " + location
                            + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
                    .as(location)
                    .isInstanceOf(MarkerAnswer.Strange.class);
        }
    }

    @Test
    void chunksAndInterimAnswers_areRead() throws Exception {
        try (RawOrigin origin = RawOrigin.start(RawOrigin.Script.answering(request -> {
            String token = request.target().substring(Http01Answers.PATH_PREFIX.length());
            String body = OURS.answer(token).orElseThrow() + "\r\n";
            return "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
        }))) {
            assertThat(ask(origin.uri().getPort(), 443, PATIENCE)).isEqualTo(new MarkerAnswer.Ours());
        }
    }
}
