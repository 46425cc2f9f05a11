package dev.anyhost.proxy.forward.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.dns.ScriptedNameServer.Reply;
import dev.anyhost.testkit.DnsServer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What real queries to real name servers come to. */
class DnsLookupTest {

    private static final String NAME = "app.example.net";
    private static final InetAddress FOUR = InetAddress.ofLiteral("192.0.2.7");
    private static final InetAddress SIX = InetAddress.ofLiteral("2001:db8::7");

    private static MultiThreadIoEventLoopGroup loops;

    @BeforeAll
    static void start() {
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    }

    @AfterAll
    static void stop() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static NameAnswer ask(String name, InetSocketAddress... servers) {
        try (var lookup = new DnsLookup(
                new DnsLookup.Transport(loops.next(), NioDatagramChannel::new, NioSocketChannel::new),
                List.of(servers))) {
            var answer = new CompletableFuture<NameAnswer>();
            lookup.lookUp(name, answer::complete);
            return answer.orTimeout(30, TimeUnit.SECONDS).join();
        }
    }

    private static NameAnswer scripted(Function<DnsQuestion, Optional<Reply>> script) {
        try (var server = new ScriptedNameServer(loops, script)) {
            return ask(NAME, server.address());
        }
    }

    private static Optional<Reply> only(DnsQuestion question, DnsRecordType type, Reply reply) {
        return Optional.of(question.type().equals(type) ? reply : Reply.of());
    }

    @Test
    void realServersAddresses_areFoundIpv4First() {
        try (var dns = DnsServer.start()) {
            dns.addA(NAME, "192.0.2.7");
            dns.addAaaa(NAME, "2001:db8::7");
            assertThat(ask(NAME, dns.address()))
                    .isInstanceOfSatisfying(
                            NameAnswer.Found.class,
                            found -> assertThat(found.addresses()).containsExactly(FOUR, SIX));
        }
    }

    @Test
    void realServersAlias_isFollowed() {
        try (var dns = DnsServer.start()) {
            dns.setCname(NAME, "edge.example.org");
            dns.addA("edge.example.org", "192.0.2.7");
            assertThat(ask(NAME, dns.address()))
                    .isInstanceOfSatisfying(
                            NameAnswer.Found.class,
                            found -> assertThat(found.addresses()).containsExactly(FOUR));
        }
    }

    @Test
    void realServersServfail_isAFailure() {
        try (var dns = DnsServer.start()) {
            dns.setServfail(NAME);
            assertThat(ask(NAME, dns.address())).isEqualTo(new NameAnswer.Failed());
        }
    }

    @Test
    void nameWithoutAddresses_isAbsent() {
        try (var dns = DnsServer.start()) {
            dns.setDefaultIpv4("");
            dns.setTxt(NAME, "no address");
            assertThat(ask(NAME, dns.address())).isEqualTo(new NameAnswer.Absent());
        }
    }

    @Test
    void timeToLive_isTheShortestOfAllRecordsOnTheWay() {
        assertThat(scripted(question -> only(
                        question,
                        DnsRecordType.A,
                        Reply.of(
                                ScriptedNameServer.address(NAME, 300, "192.0.2.7"),
                                ScriptedNameServer.address(NAME, 200, "192.0.2.8")))))
                .isInstanceOfSatisfying(
                        NameAnswer.Found.class,
                        found -> assertThat(found.timeToLive()).isEqualTo(Duration.ofSeconds(200)));
        assertThat(scripted(question -> only(
                        question,
                        DnsRecordType.A,
                        question.name().startsWith("app")
                                ? Reply.of(
                                        ScriptedNameServer.alias(NAME, 40, "edge.example.org"),
                                        ScriptedNameServer.address("edge.example.org", 300, "192.0.2.7"))
                                : Reply.of(ScriptedNameServer.address("edge.example.org", 300, "192.0.2.7")))))
                .isInstanceOfSatisfying(
                        NameAnswer.Found.class,
                        found -> assertThat(found.timeToLive()).isEqualTo(Duration.ofSeconds(40)));
    }

    @Test
    void nameThatDoesNotExist_isAbsent() {
        assertThat(scripted(question -> Optional.of(Reply.code(DnsResponseCode.NXDOMAIN))))
                .isEqualTo(new NameAnswer.Absent());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5})
    void otherCodes_areFailures(int code) {
        assertThat(scripted(question -> Optional.of(Reply.code(DnsResponseCode.valueOf(code)))))
                .isEqualTo(new NameAnswer.Failed());
    }

    @Test
    void silence_isAFailure() {
        assertThat(scripted(question -> Optional.empty())).isEqualTo(new NameAnswer.Failed());
    }

    @Test
    void silenceAboutIpv6_holdsNobodyUp() {
        assertThat(scripted(question -> question.type().equals(DnsRecordType.AAAA)
                        ? Optional.empty()
                        : Optional.of(Reply.of(ScriptedNameServer.address(NAME, 60, "192.0.2.7")))))
                .isEqualTo(new NameAnswer.Found(List.of(FOUR), Duration.ofSeconds(60)));
    }

    @Test
    void secondServer_isAskedWhenTheFirstIsSilentOrFails() {
        try (var silent = new ScriptedNameServer(loops, question -> Optional.empty());
                var failing =
                        new ScriptedNameServer(loops, question -> Optional.of(Reply.code(DnsResponseCode.SERVFAIL)));
                var good = new ScriptedNameServer(
                        loops,
                        question -> only(
                                question,
                                DnsRecordType.A,
                                Reply.of(ScriptedNameServer.address(NAME, 60, "192.0.2.7"))))) {
            for (var first : List.of(silent, failing)) {
                assertThat(ask(NAME, first.address(), good.address())).isInstanceOf(NameAnswer.Found.class);
                assertThat(first.queries.get()).isPositive();
            }
        }
    }

    @Test
    void hostsFile_comesFirst() {
        try (var server = new ScriptedNameServer(loops, question -> Optional.empty())) {
            assertThat(ask("LocalHost", server.address()))
                    .isInstanceOfSatisfying(
                            NameAnswer.Found.class,
                            found -> assertThat(found.addresses()).allMatch(InetAddress::isLoopbackAddress));
            assertThat(server.queries.get()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a..b", "x.\u0000.example", ""})
    void whatIsNoName_hasNoAddress(String name) {
        assertThat(ask(name, new InetSocketAddress(InetAddress.getLoopbackAddress(), 9)))
                .isNotInstanceOf(NameAnswer.Found.class);
    }
}
