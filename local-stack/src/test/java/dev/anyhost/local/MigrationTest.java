package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.testkit.AcmeRequests;
import dev.anyhost.testkit.ChildProcess;
import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.HttpAnswer;
import dev.anyhost.testkit.HttpGate;
import dev.anyhost.testkit.Ports;
import dev.anyhost.testkit.ServerIdentity;
import dev.anyhost.testkit.TestCa;
import dev.anyhost.testkit.TlsAnswer;
import dev.anyhost.testkit.TlsClient;
import dev.anyhost.testkit.TlsProbe;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import tools.jackson.databind.json.JsonMapper;

/** From a real Caddy to a proxy of ours and back: nothing is issued anew. */
class MigrationTest {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final List<String> SHOPS = List.of("one.example", "two.example", "three.example");

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int anyhost(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Anyhost.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void caddysCertificates_fromItsFilesAndFromItsTable_areServedWithoutAnOrder_andLeaveAgain() throws Exception {
        try (var system = new TestSystem(folder)) {
            SHOPS.forEach(system::allow);
            Map<String, BigInteger> serials = issuedByCaddy(system);
            long orders = system.pebble.orders();
            assertThat(orders).isEqualTo(SHOPS.size());

            String config = configuration(system, Map.of());
            assertThat(anyhost(
                            "certs",
                            "import",
                            "--config",
                            config,
                            "--caddy-dir",
                            caddysData().toString(),
                            "--issuer",
                            system.pebble.directory().toString()))
                    .as(() -> out + "" + err)
                    .isZero();
            assertThat(out).asString().contains("imported 3, kept 0, skipped 0, failed 0\n");
            assertThat(out).asString().contains("one.example\timported\t", "\t" + system.pebble.directory() + "\n");
            servedWithoutAnOrder(system, Map.of(), serials);

            Map<String, String> otherTables = Map.of(
                    "create-tables: true",
                    "create-tables: true\n  table: other\n  coordination: {table: other-coordination}");
            fill(system.database.client(), "caddy/");
            String other = configuration(system, otherTables);
            assertThat(anyhost(
                            "certs",
                            "import",
                            "--config",
                            other,
                            "--caddy-dynamodb-table",
                            "caddy",
                            "--endpoint",
                            system.database.endpoint().toString(),
                            "--read-units",
                            "1000",
                            "--json"))
                    .as(() -> out + "" + err)
                    .isZero();
            assertThat(summary().get("imported").asInt()).isEqualTo(3);
            servedWithoutAnOrder(system, otherTables, serials);

            String exported = folder.resolve("exported").toString();
            assertThat(anyhost("certs", "export", "--config", other, "--all", "--dir", exported))
                    .isZero();
            assertThat(out.toString().lines()).hasSize(3).allMatch(line -> line.contains("\twritten\t"));
            servedByCaddyAgain(system, Path.of(exported), serials);

            assertThat(system.authority.exchanges(AcmeRequests.newOrder())).isEmpty();
            assertThat(system.pebble.orders()).isEqualTo(orders);
        }
    }

    private Path caddysData() {
        return folder.resolve("storage");
    }

    private static String configuration(TestSystem system, Map<String, String> changes) throws IOException {
        return system.configuration(system.origin.uri(), 0, 0, changes).toString();
    }

    private tools.jackson.databind.JsonNode summary() {
        return JsonMapper.shared()
                .readTree(out.toString().lines().reduce((_, last) -> last).orElseThrow())
                .get("summary");
    }

    private Map<String, BigInteger> issuedByCaddy(TestSystem system) throws IOException {
        Map<String, BigInteger> serials = new TreeMap<>();
        try (ChildProcess caddy = caddy(system.httpsPort, """
                {
                  admin off
                  default_bind 127.0.0.1
                  http_port %d
                  https_port %d
                  acme_ca %s
                  acme_ca_root %s
                  storage file_system %s
                  on_demand_tls {
                    ask %s
                  }
                }
                https:// {
                  tls {
                    on_demand
                  }
                  respond "caddy"
                }
                """.formatted(
                        system.httpPort,
                        system.httpsPort,
                        system.pebble.directory(),
                        system.pebble.trustedRoots(),
                        caddysData(),
                        system.verifier.uri()))) {
            assertThat(caddy.isAlive()).isTrue();
            for (String shop : SHOPS) {
                serials.put(shop, system.untilServed(system.httpsPort, shop));
            }
        }
        return serials;
    }

    private ChildProcess caddy(int port, String caddyfile) throws IOException {
        Path program = ChildProcess.find("caddy").orElseThrow();
        Path config = Files.writeString(Files.createTempFile(folder, "caddyfile", ""), caddyfile);
        ChildProcess caddy = ChildProcess.start(
                List.of(program.toString(), "run", "--adapter", "caddyfile", "--config", config.toString()),
                Map.of("HOME", folder.toString()),
                Optional.of(folder));
        caddy.awaitPort(port, START_LIMIT);
        return caddy;
    }

    /** While the verifier is silent, nobody has allowed them; as soon as it speaks, they are served. */
    private void servedWithoutAnOrder(TestSystem system, Map<String, String> changes, Map<String, BigInteger> serials)
            throws Exception {
        system.verifier.answer(HttpGate.everything(), HttpAnswer.of(500, "text/plain", ""));
        try (EdgeProxy proxy = system.proxy(changes)) {
            int port = TestSystem.httpsPort(proxy);
            assertThat(TlsProbe.of(port).send(ClientHello.forName("one.example")))
                    .isEqualTo(TlsAnswer.Alert.fatal(TlsAnswer.INTERNAL_ERROR));
            system.verifier.passOn();
            for (var shop : serials.entrySet()) {
                assertThat(system.untilServed(port, shop.getKey()))
                        .as(shop.getKey())
                        .isEqualTo(shop.getValue());
            }
            assertThat(TlsProbe.of(port).send(ClientHello.forName("stranger.example")))
                    .isEqualTo(TlsAnswer.Alert.fatal(TlsAnswer.UNRECOGNIZED_NAME));
        }
    }

    /** Writes Caddy's files into a table as certmagic-storage-dynamodb does, locks and accounts among them. */
    private void fill(DynamoDbClient client, String prefix) throws IOException {
        try (client;
                Stream<Path> files = Files.walk(caddysData())) {
            client.createTable(request -> request.tableName("caddy")
                    .billingMode(BillingMode.PAY_PER_REQUEST)
                    .attributeDefinitions(AttributeDefinition.builder()
                            .attributeName("PrimaryKey")
                            .attributeType(ScalarAttributeType.S)
                            .build())
                    .keySchema(KeySchemaElement.builder()
                            .attributeName("PrimaryKey")
                            .keyType(KeyType.HASH)
                            .build()));
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String contents = Base64.getEncoder().encodeToString(Files.readAllBytes(file));
                client.putItem(request -> request.tableName("caddy")
                        .item(Map.of(
                                "PrimaryKey",
                                        AttributeValue.fromS(
                                                prefix + caddysData().relativize(file)),
                                "Contents", AttributeValue.fromS(contents),
                                "LastUpdated",
                                        AttributeValue.fromS(Instant.now().toString()))));
            }
            client.putItem(request -> request.tableName("caddy")
                    .item(Map.of(
                            "PrimaryKey", AttributeValue.fromS("LOCK-issue_cert_one.example"),
                            "LockID", AttributeValue.fromS("7"),
                            "ExpiresAt", AttributeValue.fromN("1"))));
        }
    }

    private void servedByCaddyAgain(TestSystem system, Path exported, Map<String, BigInteger> serials)
            throws IOException {
        int port = Ports.free(1).getFirst();
        var sites = new StringBuilder("""
                {
                  admin off
                  auto_https disable_redirects
                  storage file_system %s
                }
                """.formatted(folder.resolve("empty-storage")));
        for (String shop : serials.keySet()) {
            Path pair = exported.resolve(shop);
            sites.append("""
                    https://%s:%d {
                      bind 127.0.0.1
                      tls %s %s
                      respond "back"
                    }
                    """.formatted(shop, port, pair.resolve("fullchain.pem"), pair.resolve("privkey.pem")));
        }
        try (ChildProcess caddy = caddy(port, sites.toString())) {
            assertThat(caddy.isAlive()).isTrue();
            for (var shop : serials.entrySet()) {
                assertThat(system.client(port).handshake(shop.getKey()).serial())
                        .isEqualTo(shop.getValue());
            }
        }
    }

    @Test
    void keysOfOldInstallations_areServedInBothVersionsOfTls() throws Exception {
        TestCa ca = TestCa.create("old CA");
        Map<String, KeyPair> kinds = Map.of(
                "p256.example", curve("secp256r1"),
                "p384.example", curve("secp384r1"),
                "rsa2048.example", rsa(2048),
                "rsa4096.example", rsa(4096));
        Path pem = folder.resolve("live");
        for (var kind : kinds.entrySet()) {
            put(pem.resolve(kind.getKey()), ca.issue(kind.getValue(), kind.getKey()), ca);
        }
        try (var system = new TestSystem(folder)) {
            String config = configuration(system, Map.of());
            kinds.keySet().forEach(system::allow);
            assertThat(anyhost("certs", "import", "--config", config, "--pem-dir", pem.toString()))
                    .as(() -> out + "" + err)
                    .isZero();
            try (EdgeProxy proxy = system.proxy()) {
                TlsClient client = TlsClient.to(TestSystem.httpsPort(proxy), List.of(ca.root()));
                for (var kind : kinds.entrySet()) {
                    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
                        assertThat(client.withProtocols(version)
                                        .handshake(kind.getKey())
                                        .leaf()
                                        .getPublicKey())
                                .as("%s %s", kind.getKey(), version)
                                .isEqualTo(kind.getValue().getPublic());
                    }
                }
            }
            assertThat(system.authority.exchanges(AcmeRequests.newOrder())).isEmpty();
        }
    }

    private static void put(Path place, ServerIdentity identity, TestCa ca) throws IOException {
        var _ = Files.createDirectories(place);
        Path root = ca.writeRoot(place.resolve("root.pem"));
        Files.writeString(place.resolve("fullchain.pem"), identity.chainPem() + Files.readString(root));
        var _ = identity.writePrivateKey(place.resolve("privkey.pem"));
    }

    private static KeyPair curve(String name) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(name));
        return generator.generateKeyPair();
    }

    private static KeyPair rsa(int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }
}
