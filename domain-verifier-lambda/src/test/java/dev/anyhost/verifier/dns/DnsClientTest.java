package dev.anyhost.verifier.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.dns.DnsAnswer;
import dev.anyhost.dns.DnsClient;
import dev.anyhost.dns.DnsName;
import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.onboarding.Finding;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.onboarding.Registration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What resolvers may do to us, byte by byte. */
class DnsClientTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration IMPATIENT = Duration.ofMillis(100);
    private static final DnsName HOST = new DnsName("shop.customer.example");
    private static final Edge EDGE =
            new Edge(new DnsName("edge.example"), List.of(InetAddress.ofLiteral("192.0.2.10")), Edge.LETS_ENCRYPT);

    private static DnsAnswer ask(Duration patience, InetSocketAddress... servers) {
        return new DnsClient(List.of(servers), patience).ask(HOST, Type.A);
    }

    private static Finding check(Duration patience, InetSocketAddress server) {
        var expected = new Expectation(
                Hostname.parse(HOST.value()).orElseThrow(),
                EDGE.target("t0abc"),
                EDGE,
                new Registration.Proof("tok", false, true));
        return new DomainProbe(new DnsClient(List.of(server), patience)).check(expected);
    }

    private static ScriptedDns answering(BiFunction<Message, Boolean, Message> script) {
        return new ScriptedDns(
                (query, tcp) -> Optional.of(script.apply(query, tcp).toWire()));
    }

    private static Message reply(Message query, int code, String... records) {
        var answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setRcode(code);
        answer.addRecord(query.getQuestion(), Section.QUESTION);
        for (String record : records) {
            answer.addRecord(record(record), Section.ANSWER);
        }
        return answer;
    }

    /** From {@code owner TYPE data}. */
    private static Record record(String text) {
        String[] parts = text.split(" ", 3);
        try {
            return Record.fromString(Name.fromString(parts[0] + "."), Type.value(parts[1]), 1, 60, parts[2], Name.root);
        } catch (IOException wrong) {
            throw new IllegalArgumentException(text, wrong);
        }
    }

    @Test
    void servfailThatVanishesWithoutValidation_isBrokenDnssec() {
        try (ScriptedDns dns = answering((query, tcp) -> query.getHeader().getFlag(Flags.CD)
                ? reply(query, Rcode.NOERROR, HOST + " A 192.0.2.10")
                : reply(query, Rcode.SERVFAIL))) {
            assertThat(ask(PATIENCE, dns.address())).isEqualTo(new DnsAnswer.Bogus());
            Finding finding = check(PATIENCE, dns.address());
            assertThat(finding.code()).isEqualTo(FindingCode.DNSSEC_BROKEN);
            assertThat(finding.kind()).isEqualTo(FindingCode.Kind.UNKNOWN);
        }
    }

    @Test
    void answerThatWasCutShort_isFetchedOverTcp() {
        try (ScriptedDns dns = answering((query, tcp) -> {
            Message answer = tcp
                    ? reply(query, Rcode.NOERROR, HOST + " CNAME t0abc.edge.example.")
                    : reply(query, Rcode.NOERROR);
            if (!tcp) {
                answer.getHeader().setFlag(Flags.TC);
            }
            return answer;
        })) {
            assertThat(ask(PATIENCE, dns.address()))
                    .isInstanceOfSatisfying(
                            DnsAnswer.Answered.class,
                            answered -> assertThat(answered.records()).hasSize(1));
        }
    }

    @Test
    void firstResolverThatIsSilent_leavesItToTheSecond() {
        try (ScriptedDns silent = new ScriptedDns((query, tcp) -> Optional.empty());
                ScriptedDns refusing = answering((query, tcp) -> reply(query, Rcode.REFUSED));
                ScriptedDns good = answering((query, tcp) -> reply(query, Rcode.NOERROR, HOST + " A 192.0.2.10"))) {
            assertThat(ask(Duration.ofSeconds(3), silent.address(), good.address()))
                    .isInstanceOf(DnsAnswer.Answered.class);
            assertThat(ask(PATIENCE, refusing.address(), good.address())).isInstanceOf(DnsAnswer.Answered.class);
            assertThat(ask(PATIENCE, refusing.address())).isEqualTo(new DnsAnswer.Silent("127.0.0.1 said REFUSED"));
            assertThat(ask(IMPATIENT, silent.address())).isEqualTo(new DnsAnswer.Silent("127.0.0.1 doesn't answer"));
        }
    }

    @Test
    void circleOfNames_isSaidAndEnds() {
        try (ScriptedDns dns = answering((query, tcp) -> reply(
                query,
                Rcode.NOERROR,
                HOST + " CNAME a.example.",
                "a.example CNAME b.example.",
                "b.example CNAME a.example."))) {
            assertThat(check(PATIENCE, dns.address()).code()).isEqualTo(FindingCode.CNAME_LOOP);
        }
        try (ScriptedDns dns = answering((query, tcp) -> reply(
                query,
                Rcode.NOERROR,
                query.getQuestion().getName().toString(true) + " CNAME x."
                        + query.getQuestion().getName()))) {
            assertThat(check(PATIENCE, dns.address()).code()).isEqualTo(FindingCode.CNAME_LOOP);
            assertThat(dns.questions()).hasSizeLessThan(50);
        }
    }

    @Test
    void recordsOfOtherNamesInAnAnswer_countForNothing() {
        try (ScriptedDns dns = answering((query, tcp) ->
                reply(query, Rcode.NOERROR, "other.example A 192.0.2.10", "other.example CNAME t0abc.edge.example."))) {
            assertThat(check(PATIENCE, dns.address()).code()).isEqualTo(FindingCode.NO_RECORDS);
        }
    }

    @Test
    void criticalCaaPropertyThatNobodyKnows_refuses() {
        try (ScriptedDns dns =
                answering((query, tcp) -> switch (query.getQuestion().getType()) {
                    case Type.A -> reply(query, Rcode.NOERROR, HOST + " A 192.0.2.10");
                    case Type.CAA -> reply(query, Rcode.NOERROR, HOST + " CAA 128 tbs \"unknown\"");
                    default -> reply(query, Rcode.NOERROR);
                })) {
            assertThat(check(PATIENCE, dns.address()).code()).isEqualTo(FindingCode.CAA_REFUSES);
        }
    }

    @Test
    void hundredsAtOnce_areAllAnswered() throws Exception {
        try (ScriptedDns dns = answering((query, tcp) -> reply(query, Rcode.NOERROR, HOST + " A 192.0.2.10"));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<DnsAnswer>> asks = new ArrayList<>();
            IntStream.range(0, 200).forEach(i -> asks.add(() -> ask(PATIENCE, dns.address())));
            for (var answer : threads.invokeAll(asks)) {
                assertThat(answer.get()).isInstanceOf(DnsAnswer.Answered.class);
            }
        }
    }

    @Test
    void bytesOfAnyKind_areNeverAnExceptionAndNeverAProof() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        try (ScriptedDns dns = new ScriptedDns((query, tcp) -> Optional.of(spoilt(query, random)))) {
            for (int i = 0; i < 300; i++) {
                Finding finding = check(IMPATIENT, dns.address());
                assertThat(finding.kind())
                        .as("seed %d, round %d: %s", seed, i, finding)
                        .isNotIn(FindingCode.Kind.PROVEN, FindingCode.Kind.PROVEN_WITH_WARNING);
            }
        }
    }

    /** A plausible answer that never leads to us, with some of its bytes changed behind the query's id. */
    private static byte[] spoilt(Message query, Random random) {
        byte[] bytes = reply(
                        query,
                        random.nextInt(4),
                        HOST + " CNAME else.example.",
                        "else.example A 198.51.100.1",
                        HOST + " TXT \"" + "x".repeat(random.nextInt(200)) + "\"")
                .toWire();
        for (int spoilt = random.nextInt(8); spoilt > 0; spoilt--) {
            bytes[2 + random.nextInt(bytes.length - 2)] = (byte) random.nextInt(256);
        }
        return random.nextInt(5) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }
}
