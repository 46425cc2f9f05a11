package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.TlsAnswer;
import dev.anyhost.testkit.TlsProbe;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What is in the table is worthless to who can only read or move it. */
class StoredKeyTest {

    private static final String TABLE = "anyhost-certificates";

    @TempDir
    Path folder;

    private TestSystem system;
    private DynamoDbClient dynamo;

    @BeforeEach
    void start() throws Exception {
        system = new TestSystem(folder);
        dynamo = system.database.client();
    }

    @AfterEach
    void stop() throws Exception {
        dynamo.close();
        system.close();
    }

    @Test
    void itemMovedToAnotherHostname_isNeverServedThere() throws Exception {
        system.allow("one.example");
        system.allow("two.example");
        BigInteger one;
        try (EdgeProxy _ = system.proxy()) {
            one = system.client(system.httpsPort).handshake("one.example").serial();
        }
        var moved = new HashMap<>(item("one.example"));
        moved.put("hostname", AttributeValue.fromS("two.example"));
        dynamo.putItem(put -> put.tableName(TABLE).item(moved));

        try (EdgeProxy _ = system.proxy()) {
            BigInteger two =
                    system.client(system.httpsPort).handshake("two.example").serial();
            assertThat(two).isNotEqualTo(one);
        }
        assertThat(item("two.example")).isNotEqualTo(moved);
    }

    @Test
    void wrongKeyFile_isNotReadyAndReplacesNothing() throws Exception {
        system.allow("kept.example");
        system.allow("other.example");
        try (EdgeProxy _ = system.proxy()) {
            system.client(system.httpsPort).handshake("kept.example");
        }
        Map<String, AttributeValue> before = item("kept.example");
        long orders = system.pebble.orders();
        system.key("wrong.key", (byte) 9);

        try (EdgeProxy proxy = system.start(system.origin.uri(), Map.of("file:certificates.key", "file:wrong.key"))) {
            for (String host : List.of("kept.example", "other.example")) {
                assertThat(TlsProbe.of(system.httpsPort).send(ClientHello.forName(host)))
                        .isEqualTo(new TlsAnswer.Alert(2, 80));
            }
            var ready = TestSystem.admin(proxy, "/health/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("key");
        }
        assertThat(item("kept.example")).isEqualTo(before);
        assertThat(system.pebble.orders()).isEqualTo(orders);
    }

    private Map<String, AttributeValue> item(String host) {
        return dynamo.getItem(get -> get.tableName(TABLE)
                        .key(Map.of("hostname", AttributeValue.fromS(host)))
                        .consistentRead(true))
                .item();
    }
}
