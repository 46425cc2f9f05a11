package dev.anyhost.proxy.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.dns.DnsName;
import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.AccountThumbprint;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.challenge.Http01Answers;
import dev.anyhost.proxy.preflight.Answering.Page;
import dev.anyhost.proxy.preflight.PreflightResult.Failed;
import dev.anyhost.proxy.preflight.PreflightResult.Fault;
import dev.anyhost.proxy.preflight.PreflightResult.Passed;
import dev.anyhost.proxy.preflight.PreflightResult.Unknown;
import dev.anyhost.testkit.DemoOrigin;
import dev.anyhost.testkit.DnsServer;
import dev.anyhost.testkit.Ports;
import dev.anyhost.testkit.TestCa;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real DNS server, and real HTTP servers at several addresses of this machine. */
class NetworkPreflightTest {

    private static final String LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";
    private static final String ZERO_SSL = "https://acme.zerossl.com/v2/DV90";
    private static final Http01Answers OURS = new Http01Answers(new AccountThumbprint("o".repeat(43)));
    private static final Http01Answers THEIRS = new Http01Answers(new AccountThumbprint("t".repeat(43)));
    private static final List<ChallengeType> BOTH = List.of(ChallengeType.values());
    private static final AtomicInteger HOSTS = new AtomicInteger();

    private static DnsServer dns;

    private final String host = "shop" + HOSTS.incrementAndGet() + ".customer.test";
    private final List<Answering> servers = new ArrayList<>();
    private int port;
    private int tlsPort;
    private Optional<DnsName> edge = Optional.empty();
    private List<InetAddress> addresses = List.of();
    private List<InetSocketAddress> resolvers = List.of();
    private boolean allowPrivate = true;

    @BeforeAll
    static void start() {
        dns = DnsServer.start();
        dns.setDefaultIpv4("");
    }

    @AfterAll
    static void stop() {
        dns.close();
    }

    @BeforeEach
    void choose() {
        port = Ports.free();
        tlsPort = Ports.free();
        resolvers = List.of(dns.address());
    }

    @AfterEach
    void close() {
        servers.forEach(Answering::close);
    }

    private Answering answering(String address, Page page) {
        var server = Answering.at(address, port, _ -> page);
        servers.add(server);
        return server;
    }

    private Answering ours(String address) {
        var server = Answering.ours(address, port, OURS);
        servers.add(server);
        return server;
    }

    private PreflightResult look() {
        return look(BOTH, LETS_ENCRYPT);
    }

    private PreflightResult look(List<ChallengeType> challenges, String... directories) {
        var settings = new PreflightSettings(true, edge, addresses, resolvers, Set.of(), port, tlsPort, allowPrivate);
        return new NetworkPreflight(
                        settings,
                        challenges,
                        new NetworkPreflight.Surroundings(
                                () -> Optional.of(OURS),
                                directory -> Optional.of(directory + "/acct/1"),
                                _ -> false,
                                System::nanoTime))
                .check(Hostname.parse(host).orElseThrow(), List.of(directories));
    }

    private static void assertFault(PreflightResult result, Fault fault, String... said) {
        assertThat(result).isInstanceOf(Failed.class);
        assertThat(((Failed) result).fault()).isEqualTo(fault);
        assertThat(((Failed) result).message()).contains(said);
    }

    @Test
    void ourMarkerAtEveryAddress_passes() {
        dns.addA(host, "127.0.0.1", "127.0.0.2");
        dns.addAaaa(host, "::1");
        var one = ours("127.0.0.1");
        var two = ours("127.0.0.2");
        var three = ours("::1");

        assertThat(look()).isEqualTo(new Passed(Set.of()));
        assertThat(List.of(one.hosts(), two.hosts(), three.hosts()))
                .allSatisfy(hosts -> assertThat(hosts).containsExactly(host + ":" + port));
    }

    @Test
    void addressThatAnswersOtherwise_isNamed() {
        dns.addA(host, "127.0.0.1", "127.0.0.2");
        ours("127.0.0.1");
        answering("127.0.0.2", Page.of(404, "not here"));

        assertFault(look(), Fault.ADDRESS_ELSEWHERE, host, "127.0.0.2 answers with status 404");
    }

    @Test
    void anotherPage_isNotOurs() {
        dns.addA(host, "127.0.0.1");
        answering("127.0.0.1", Page.of(200, "<h1>Parked</h1>".repeat(10_000)));

        assertFault(look(), Fault.ADDRESS_ELSEWHERE, "127.0.0.1 answers with another page");
    }

    @Test
    void markerOfAnotherDeployment_isNotOurs() {
        dns.addA(host, "127.0.0.1");
        servers.add(Answering.ours("127.0.0.1", port, THEIRS));

        assertFault(look(), Fault.ADDRESS_ELSEWHERE, "another page");
    }

    @Test
    void staleIpv6AddressBesideOurIpv4_isNamed() {
        dns.addA(host, "127.0.0.1");
        dns.addAaaa(host, "::1");
        ours("127.0.0.1");
        answering("::1", Page.of(403, "no"));

        assertFault(look(), Fault.STALE_AAAA, "0:0:0:0:0:0:0:1 answers with status 403", "AAAA");
    }

    @Test
    void ipv6AddressWhereNobodyAnswers_isNoFault() {
        dns.addA(host, "127.0.0.1");
        dns.addAaaa(host, "::1");
        ours("127.0.0.1");

        assertThat(look()).isEqualTo(new Passed(Set.of()));
    }

    @Test
    void nobodyAnswering_saysNothingByItself() {
        dns.addA(host, "127.0.0.1");

        assertThat(look()).isInstanceOf(Unknown.class);
    }

    @Test
    void serverThatNeverAnswers_saysNothingByItself() throws Exception {
        dns.addA(host, "127.0.0.1");
        try (var silent = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThat(silent.isBound()).isTrue();
            assertThat(look()).isInstanceOf(Unknown.class);
        }
    }

    @Test
    void nobodyAnsweringAtAnAddressThatIsntOurs_isElsewhere() {
        addresses = List.of(InetAddress.ofLiteral("127.0.0.9"));
        dns.addA(host, "127.0.0.1");

        assertFault(look(), Fault.ADDRESS_ELSEWHERE, "127.0.0.1", "isn't ours");
    }

    @Test
    void nobodyAnsweringAtOurAddress_isNoFault() {
        addresses = List.of(InetAddress.ofLiteral("127.0.0.1"));
        dns.addA(host, "127.0.0.1");

        assertThat(look()).isInstanceOf(Unknown.class);
    }

    @Test
    void cnameUnderTheEdgeWhereNobodyAnswers_isNoFault() {
        edge = DnsName.parse("edge.test");
        dns.setCname(host, "t1.edge.test");
        dns.addA("t1.edge.test", "127.0.0.1");

        assertThat(look()).isInstanceOf(Unknown.class);
    }

    @Test
    void cnameToSomebodyElseWhereNobodyAnswers_isElsewhere() {
        edge = DnsName.parse("edge.test");
        dns.setCname(host, "shops.other.test");
        dns.addA("shops.other.test", "127.0.0.1");

        assertFault(look(), Fault.CNAME_ELSEWHERE, "shops.other.test");
    }

    @Test
    void ourMarkerBehindSomebodyElsesAddress_passes() {
        edge = DnsName.parse("edge.test");
        dns.addA(host, "127.0.0.1");
        ours("127.0.0.1");

        assertThat(look()).isEqualTo(new Passed(Set.of()));
    }

    @Test
    void nameWithoutAddress_isMissing() {
        assertFault(look(), Fault.NO_RECORDS, host);
    }

    @Test
    void servfail_isNoFault() {
        dns.setServfail(host);

        assertThat(look()).isInstanceOf(Unknown.class);
    }

    @Test
    void resolverThatIsAway_isNoFault() {
        resolvers = List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), Ports.free()));

        assertThat(look()).isInstanceOf(Unknown.class);
    }

    @Test
    void caaOfAnotherAuthority_refuses() {
        dns.addA(host, "127.0.0.1");
        ours("127.0.0.1");
        dns.addCaa(host, "issue", "sectigo.com");

        assertFault(look(), Fault.CAA_REFUSES, "CAA records of " + host, "0 issue \"letsencrypt.org\"");
        assertThat(look(BOTH, ZERO_SSL)).isEqualTo(new Passed(Set.of()));
    }

    @Test
    void caaThatForbidsOneOfSeveralAuthorities_leavesTheOthers() {
        dns.addA(host, "127.0.0.1");
        ours("127.0.0.1");
        dns.addCaa(host, "issue", "sectigo.com");

        assertThat(look(BOTH, LETS_ENCRYPT, ZERO_SSL)).isEqualTo(new Passed(Set.of(LETS_ENCRYPT)));
    }

    @Test
    void caaThatForbidsAllAuthorities_namesThem() {
        dns.addA(host, "127.0.0.1");
        ours("127.0.0.1");
        dns.addCaa(host, "issue", ";");

        assertFault(look(BOTH, LETS_ENCRYPT, ZERO_SSL), Fault.CAA_REFUSES, "letsencrypt.org", "sectigo.com");
    }

    @Test
    void caaForAnAuthorityThatNobodyCanName_isNotLookedAt() {
        dns.addA(host, "127.0.0.1");
        ours("127.0.0.1");
        dns.addCaa(host, "issue", ";");

        assertThat(look(BOTH, "https://ca.test/dir")).isEqualTo(new Passed(Set.of()));
    }

    @Test
    void caaWithAWayOfValidationThatIsntOurs_refuses() {
        dns.addA(host, "127.0.0.1");
        ours("127.0.0.1");
        dns.addCaa(host, "issue", "letsencrypt.org; validationmethods=tls-alpn-01");

        assertThat(look()).isEqualTo(new Passed(Set.of()));
        assertFault(look(List.of(ChallengeType.HTTP_01), LETS_ENCRYPT), Fault.CAA_REFUSES, "way of validation");
    }

    @Test
    void caaWithAnAccountThatIsntOurs_refuses() {
        dns.addA(host, "127.0.0.1");
        ours("127.0.0.1");
        dns.addCaa(host, "issue", "letsencrypt.org; accounturi=" + LETS_ENCRYPT + "/acct/1");
        assertThat(look()).isEqualTo(new Passed(Set.of()));

        dns.clear(host);
        dns.addA(host, "127.0.0.1");
        dns.addCaa(host, "issue", "letsencrypt.org; accounturi=" + LETS_ENCRYPT + "/acct/2");
        assertFault(look(), Fault.CAA_REFUSES, "our account");
    }

    @Test
    void redirectThatEndsAtOurs_passes() {
        String www = "www." + host;
        dns.addA(host, "127.0.0.2");
        dns.addA(www, "127.0.0.1");
        servers.add(Answering.at("127.0.0.2", port, path -> Page.redirect("http://" + www + ":" + port + path)));
        var ours = ours("127.0.0.1");

        assertThat(look()).isEqualTo(new Passed(Set.of()));
        assertThat(ours.hosts()).containsExactly(www + ":" + port);
    }

    @Test
    void redirectThatEndsAtSomebodyElse_isElsewhere() {
        dns.addA(host, "127.0.0.2");
        dns.addA("other.test", "127.0.0.1");
        answering("127.0.0.2", Page.redirect("http://other.test:" + port + "/"));
        answering("127.0.0.1", Page.of(200, "hello"));

        assertFault(look(), Fault.ADDRESS_ELSEWHERE, "127.0.0.2 answers with another page");
    }

    @Test
    void redirectToWhereNoAuthorityFollows_isElsewhere() {
        dns.addA(host, "127.0.0.1");
        answering("127.0.0.1", Page.redirect("https://" + host + ":8443/"));

        assertFault(look(), Fault.ADDRESS_ELSEWHERE, "a redirect to port 8443");
    }

    @Test
    void redirectInACircle_saysNothingByItself() {
        dns.addA(host, "127.0.0.1");
        answering("127.0.0.1", Page.redirect("/again"));

        assertThat(look()).isInstanceOf(Unknown.class);
    }

    @Test
    void addressOfAnInnerNetwork_isNotConnectedTo() {
        allowPrivate = false;
        dns.addA(host, "127.0.0.1");
        var inner = answering("127.0.0.1", Page.of(200, "secret"));

        assertThat(look()).isInstanceOf(Unknown.class);
        assertThat(inner.hosts()).isEmpty();
    }

    @Test
    void withoutHttp01_nobodyIsAskedAtPort80() {
        edge = DnsName.parse("edge.test");
        dns.setCname(host, "t2.edge.test");
        dns.addA("t2.edge.test", "127.0.0.1");
        var server = answering("127.0.0.1", Page.of(404, ""));

        assertThat(look(List.of(ChallengeType.TLS_ALPN_01), LETS_ENCRYPT)).isInstanceOf(Unknown.class);
        assertThat(server.hosts()).isEmpty();
    }

    @Test
    void anothersCertificateAtPort443_isElsewhereUnlessPort80IsOurs() throws Exception {
        dns.addA(host, "127.0.0.1");
        TestCa ca = TestCa.create("another's");
        try (DemoOrigin another = DemoOrigin.startTls(ca.issue(host), 0)) {
            tlsPort = another.port();
            assertFault(
                    look(), Fault.ADDRESS_ELSEWHERE, "127.0.0.1 answers with another's certificate on port " + tlsPort);
            ours("127.0.0.1");
            assertThat(look()).isEqualTo(new Passed(Set.of()));
            assertFault(
                    look(List.of(ChallengeType.TLS_ALPN_01), LETS_ENCRYPT),
                    Fault.ADDRESS_ELSEWHERE,
                    "another's certificate");
            assertThat(look(List.of(ChallengeType.HTTP_01), LETS_ENCRYPT)).isEqualTo(new Passed(Set.of()));
        }
    }

    @Test
    void whatIsntTlsAtPort443_isElsewhere() throws Exception {
        dns.addA(host, "127.0.0.1");
        try (var greeter = new ServerSocket(tlsPort, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            Thread.startVirtualThread(() -> greet(greeter));

            assertFault(
                    look(List.of(ChallengeType.TLS_ALPN_01), LETS_ENCRYPT),
                    Fault.ADDRESS_ELSEWHERE,
                    "something that isn't TLS on port " + tlsPort);
        }
    }

    private static void greet(ServerSocket greeter) {
        try (Socket client = greeter.accept()) {
            client.getOutputStream().write("220 mail.test ESMTP\r\n".getBytes(StandardCharsets.US_ASCII));
            var _ = client.getInputStream().readAllBytes();
        } catch (IOException over) {
            throw new UncheckedIOException(over);
        }
    }
}
