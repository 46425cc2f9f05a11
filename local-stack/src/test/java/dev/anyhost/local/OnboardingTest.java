package dev.anyhost.local;

import static dev.anyhost.local.TestSystem.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.dns.DnsName;
import dev.anyhost.store.FindResult;
import dev.anyhost.testkit.AcmeRequests;
import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.FakeClock;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.RawRequest;
import dev.anyhost.testkit.TlsAnswer;
import dev.anyhost.testkit.TlsProbe;
import dev.anyhost.verifier.AskHandler;
import dev.anyhost.verifier.FunctionUrlServer;
import dev.anyhost.verifier.api.ApiKeys;
import dev.anyhost.verifier.api.ApiSettings;
import dev.anyhost.verifier.api.DomainTables;
import dev.anyhost.verifier.api.DomainsHandler;
import dev.anyhost.verifier.api.SharedAddress;
import dev.anyhost.verifier.check.LookingAfter;
import dev.anyhost.verifier.check.ScheduledRun;
import dev.anyhost.verifier.dns.Edge;
import dev.anyhost.verifier.events.Webhook;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.Whitelist;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A customer's hostname from its registration to its suspension and back: API, DNS, checks, webhooks, certificates. */
class OnboardingTest {

    private static final String HOST = "shop.newcomer.example";
    private static final Edge EDGE =
            new Edge(new DnsName("edge.example"), List.of(InetAddress.ofLiteral("192.0.2.10")), Edge.LETS_ENCRYPT);
    private static final TlsAnswer NOT_ALLOWED = TlsAnswer.Alert.fatal(TlsAnswer.UNRECOGNIZED_NAME);
    private static final Duration HEARD_LIMIT = Duration.ofSeconds(90);

    @TempDir
    static Path folder;

    /** Of the checks alone: everybody else lives in real time. */
    private final FakeClock clock = FakeClock.at(Instant.now());

    private Optional<TestSystem> opened = Optional.empty();
    private Optional<ScheduledRun> scheduled = Optional.empty();

    private void runAll() {
        ScheduledRun run = scheduled.orElseThrow();
        for (int shard = 0; shard < Whitelist.SHARDS; shard++) {
            run.run(shard, clock.instant().plus(Duration.ofMinutes(1)));
        }
    }

    private JsonNode domains(String... arguments) throws Exception {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = Anyhost.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        assertThat(exit).as(err.toString()).isZero();
        return JsonMapper.shared().readTree(out.toString());
    }

    private static TlsAnswer visit(int port) {
        return TlsProbe.of(port).withLimit(HEARD_LIMIT).send(ClientHello.forName(HOST));
    }

    private static void until(BooleanSupplier reached) {
        long deadline = System.nanoTime() + HEARD_LIMIT.toNanos();
        while (!reached.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("time left").isNegative();
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    private DomainStatus status() {
        return ((dev.anyhost.verifier.whitelist.FindResult.Found)
                        opened.orElseThrow().whitelist.findConsistent(hostname(HOST)))
                .domain()
                .status();
    }

    @Test
    void hostnameOfACustomer_fromItsRegistrationToItsSuspensionAndBack() throws Exception {
        String key = ApiKeys.generate();
        Path keyFile = Files.writeString(folder.resolve("key.txt"), key);
        Path hashes = Files.writeString(folder.resolve("keys.txt"), ApiKeys.line(key, Optional.empty()) + "\n");
        try (var system = new TestSystem(folder);
                Fleet fleet = Fleet.start(system, 1);
                ProxyNotices notices = notices(system);
                RawOrigin receiver = RawOrigin.start(
                        RawOrigin.Script.answering(request -> "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"));
                Webhook webhook = new Webhook(receiver.uri(), List.of("a secret of some length"));
                FunctionUrlServer api = api(system, notices, hashes)) {
            opened = Optional.of(system);
            scheduled = Optional.of(new LookingAfter(
                            EDGE, List.of(system.pebble.dns().address()), Duration.ofDays(7), Optional.of(webhook))
                    .run(system.whitelist, notices, clock));
            String[] at = {"--json", "--api", api.uri().toString(), "--api-key-file", keyFile.toString()};

            JsonNode registered = domains(with(at, "domains", "add", HOST, "--tenant", "acme"));
            assertThat(registered.get("status").asString()).isEqualTo("pending");
            clock.advance(Duration.ofMinutes(2));
            runAll();
            assertThat(domains(with(at, "domains", "show", HOST))
                            .at("/summary/code")
                            .asString())
                    .isEqualTo("address_elsewhere");
            int port = fleet.port(0);
            assertThat(visit(port)).isEqualTo(NOT_ALLOWED);

            String target = record(registered, "CNAME");
            system.pebble.dns().setCname(HOST, target);
            system.pebble.dns().addA(target, "127.0.0.1");
            clock.advance(Duration.ofMinutes(2));
            runAll();
            assertThat(status()).isEqualTo(DomainStatus.ACTIVE);
            until(() -> system.stored(HOST) instanceof FindResult.Found);
            var first = system.client(port).handshake(HOST);
            assertThat(AcmeRequests.orders(system.authority, HOST)).isEqualTo(1);
            until(() -> {
                runAll();
                return receiver.requests().stream().anyMatch(call -> call.body().contains("certificate.issued"));
            });

            system.pebble.dns().clear(HOST);
            clock.advance(Duration.ofHours(14));
            runAll();
            assertThat(status()).isEqualTo(DomainStatus.MISCONFIGURED);
            assertThat(system.client(port).handshake(HOST).serial()).isEqualTo(first.serial());

            for (int checks = 0; checks < 45; checks++) {
                clock.advance(Duration.ofHours(4));
                runAll();
            }
            assertThat(status()).isEqualTo(DomainStatus.SUSPENDED);
            until(() -> visit(port).equals(NOT_ALLOWED));

            system.pebble.dns().setCname(HOST, target);
            clock.advance(Duration.ofHours(5));
            runAll();
            assertThat(status()).isEqualTo(DomainStatus.ACTIVE);
            until(() -> visit(port) instanceof TlsAnswer.ServerHello);
            assertThat(AcmeRequests.orders(system.authority, HOST)).isEqualTo(1);

            assertThat(receiver.requests().stream().map(OnboardingTest::told))
                    .containsExactly(
                            "domain.created pending",
                            "domain.status_changed active",
                            "certificate.issued active",
                            "domain.status_changed misconfigured",
                            "domain.status_changed suspended",
                            "domain.status_changed active");
        }
    }

    private static String told(RawRequest call) {
        JsonNode event = JsonMapper.shared().readTree(call.body());
        return event.get("type").asString() + " " + event.get("status").asString();
    }

    private static String[] with(String[] place, String... command) {
        String[] all = Arrays.copyOf(command, command.length + place.length);
        System.arraycopy(place, 0, all, command.length, place.length);
        return all;
    }

    private static String record(JsonNode domain, String type) {
        return StreamSupport.stream(domain.get("dns_records").spliterator(), false)
                .filter(record -> record.get("type").asString().equals(type))
                .map(record -> record.get("value").asString())
                .findFirst()
                .orElseThrow();
    }

    private static ProxyNotices notices(TestSystem system) {
        return ProxyNotices.open(
                new WhitelistSettings(
                        "us-east-1", Optional.of(system.database.endpoint()), TestSystem.COORDINATION, false),
                InstantSource.system());
    }

    private static FunctionUrlServer api(TestSystem system, ProxyNotices notices, Path hashes) throws Exception {
        ApiKeys keys = ((ApiKeys.Read.Keys) ApiKeys.read(hashes)).keys();
        var domains = new DomainsHandler(
                new DomainTables(system.whitelist, notices, InstantSource.system()), new ApiSettings(EDGE, 100), keys);
        return FunctionUrlServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new SharedAddress(new AskHandler(system.whitelist), Optional.of(domains)),
                InstantSource.system());
    }
}
