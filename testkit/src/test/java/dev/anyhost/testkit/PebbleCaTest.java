package dev.anyhost.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class PebbleCaTest {

    private static PebbleCa pebble;

    @BeforeAll
    static void start() {
        pebble = PebbleCa.start(PebbleOptions.validatingAt(5002, 5001).withNonceRejectPercent(30));
    }

    @AfterAll
    static void stop() {
        pebble.close();
    }

    @Test
    void directory_isServedOverTrustedTls() throws Exception {
        JsonNode directory = JsonMapper.builder()
                .build()
                .readTree(get(pebble.directory(), Trust.context(pebble.trustedRoots()))
                        .body());
        assertThat(directory.get("newOrder").asString()).startsWith("https://127.0.0.1:");
    }

    @Test
    void otherRoots_rejectTheDirectory() {
        SSLContext stranger = TestCa.create("Stranger").clientContext();
        assertThatThrownBy(() -> get(pebble.directory(), stranger)).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void issuingRoots_areNotTheDirectorysRoot() {
        assertThat(pebble.issuingRoots()).singleElement().satisfies(root -> {
            assertThat(root.getBasicConstraints()).isNotNegative();
            assertThat(Trust.read(pebble.trustedRoots())).doesNotContain(root);
        });
    }

    @Test
    void orders_areCountedAsSoonAsTheyAreAnswered() throws Exception {
        assertThat(pebble.orders()).isZero();
        try (AcmeOrders acme = new AcmeOrders(pebble)) {
            for (int placed = 1; placed <= 5; placed++) {
                assertThat(acme.order("shop" + placed + ".example")).isEqualTo("pending");
                assertThat(pebble.orders()).isEqualTo(placed);
            }
        }
        assertThat(pebble.certificates()).isZero();
    }

    @Test
    void options_reachPebble() {
        assertThat(pebble.output())
                .anyMatch(line -> line.contains("Configured to reject 30% of good nonces"))
                .anyMatch(line -> line.contains("authz reuse for each identifier 0% of the time"))
                .anyMatch(line -> line.contains("Disabling random VA sleeps"))
                .anyMatch(line ->
                        line.contains("127.0.0.1:" + pebble.dns().address().getPort()));
    }

    @Test
    void missingPrograms_areNamed(@TempDir Path empty) {
        assertThatThrownBy(() -> PebbleCa.start(PebbleOptions.believing().withPrograms(PebblePrograms.in(empty))))
                .isInstanceOf(ChildFailed.class)
                .hasMessageContaining("pebble-challtestsrv is missing");
    }

    private static HttpResponse<String> get(URI uri, SSLContext trust) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(trust).build()) {
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
