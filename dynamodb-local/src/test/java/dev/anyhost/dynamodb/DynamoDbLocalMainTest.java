package dev.anyhost.dynamodb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

@Timeout(60)
class DynamoDbLocalMainTest {

    private static final String TABLE = "things";

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endProcesses() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void table_isSeenByEveryKeyAndRegion() throws IOException {
        URI endpoint = endpointOf(start("--port", "0"));
        try (DynamoDbClient one = client(endpoint, Region.US_EAST_1, "onekey");
                DynamoDbClient other = client(endpoint, Region.EU_WEST_1, "otherkey")) {
            createTable(one);
            one.putItem(put -> put.tableName(TABLE).item(item("a")));
            assertThat(other.getItem(get -> get.tableName(TABLE).key(item("a"))).item())
                    .isEqualTo(item("a"));
        }
    }

    @Test
    void dataFolder_keepsItemsAcrossSigterm(@TempDir Path folder) throws Exception {
        String data = folder.resolve("made/here").toString();
        Process first = start("--port", "0", "--data", data);
        try (DynamoDbClient client = client(endpointOf(first), Region.US_EAST_1, "key")) {
            createTable(client);
            client.putItem(put -> put.tableName(TABLE).item(item("kept")));
        }
        first.destroy();
        assertThat(first.waitFor()).isZero();

        try (DynamoDbClient client =
                client(endpointOf(start("--port", "0", "--data", data)), Region.US_EAST_1, "key")) {
            assertThat(client.getItem(get -> get.tableName(TABLE).key(item("kept")))
                            .hasItem())
                    .isTrue();
        }
    }

    @Test
    void otherInterfaces_refuseConnections() throws IOException {
        int port = endpointOf(start("--port", "0")).getPort();
        for (InetAddress address : otherAddresses()) {
            assertThatThrownBy(() -> new Socket(address, port).close())
                    .as(address.toString())
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void parentGone_ends() throws Exception {
        Process process = start("--port", "0", "--exit-with-parent");
        endpointOf(process);
        process.getOutputStream().close();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void wrongArguments_exitWithTwoAndUsage() throws Exception {
        Process process = start("--prot", "8000");
        String said = new String(process.getErrorStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(said).contains("unknown argument: --prot", LocalOptions.USAGE);
    }

    @Test
    void takenPort_exitsWithOne() throws Exception {
        URI endpoint = endpointOf(start("--port", "0"));
        Process second = start("--port", Integer.toString(endpoint.getPort()));
        String said = new String(second.getErrorStream().readAllBytes(), UTF_8);
        assertThat(second.waitFor()).isEqualTo(1);
        assertThat(said).contains("did not start", Integer.toString(endpoint.getPort()));
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                DynamoDbLocalMain.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).start();
        started.add(process);
        return process;
    }

    private static URI endpointOf(Process process) throws IOException {
        BufferedReader lines = process.inputReader(UTF_8);
        String line = lines.readLine();
        assertThat(line).startsWith("DynamoDB Local: http://127.0.0.1:");
        return URI.create(line.substring("DynamoDB Local: ".length()));
    }

    private static DynamoDbClient client(URI endpoint, Region region, String accessKey) {
        return DynamoDbClient.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, "secret")))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    private static void createTable(DynamoDbClient client) {
        client.createTable(table -> table.tableName(TABLE)
                .keySchema(KeySchemaElement.builder()
                        .attributeName("id")
                        .keyType(KeyType.HASH)
                        .build())
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName("id")
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .billingMode(BillingMode.PAY_PER_REQUEST));
    }

    private static Map<String, AttributeValue> item(String id) {
        return Map.of("id", AttributeValue.fromS(id));
    }

    private static List<InetAddress> otherAddresses() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .toList();
    }
}
