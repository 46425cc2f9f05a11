package dev.anyhost.benchmarks;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.anyhost.domain.AskCodec;
import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.Parts;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.PebbleCa;
import dev.anyhost.testkit.PebbleOptions;
import dev.anyhost.testkit.Ports;
import dev.anyhost.verifier.AskHandler;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.whitelist.AddResult;
import dev.anyhost.verifier.whitelist.TableCheck;
import dev.anyhost.verifier.whitelist.Whitelist;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What stands around the proxies, once for all of them: database, ask server, CA with its DNS, origin.
 *
 * <p>Pebble checks challenges at one fixed port each of whatever address the name has. So the proxies listen on the same
 * two ports of different loopback addresses, and each name's address in Pebble's DNS says whose it is: one CA serves all
 * of them at the same time.
 */
final class Surroundings implements AutoCloseable {

    private final Programs programs;
    private final Path folder;
    private final int httpPort;
    private final int httpsPort;
    private final Parts parts = new Parts();
    private final DynamoDbLocal database;
    private final PebbleCa ca;
    private final Origin origin;
    private final AskServer ask;
    private final Consumer<Hostname> whitelist;

    /** Who answers asks. */
    enum Ask {
        /** The verifier over its table in DynamoDB Local. */
        VERIFIER,
        /** The same answers without a table. */
        MEMORY,
        /** The same, good for a day. */
        MEMORY_FOR_A_DAY
    }

    private record Answers(
            RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> handler, Consumer<Hostname> whitelist) {}

    private Surroundings(Programs programs, String name, Ask answering) throws IOException {
        this.programs = programs;
        this.folder = emptied(programs.work().resolve(name));
        List<Integer> ports = Ports.free(2);
        this.httpPort = ports.getFirst();
        this.httpsPort = ports.getLast();
        try {
            this.database = parts.opened(DynamoDbLocal.start());
            this.ca = parts.opened(PebbleCa.start(PebbleOptions.validatingAt(httpPort, httpsPort)));
            this.origin = parts.opened(Origin.start(programs.nginx(), folder));
            Answers answers = switch (answering) {
                case MEMORY -> fromMemory(AskCodec.DEFAULT_MAX_AGE);
                case MEMORY_FOR_A_DAY -> fromMemory(AskCodec.LONGEST_MAX_AGE);
                case VERIFIER -> {
                    Whitelist table = verifierTable();
                    yield new Answers(new AskHandler(table), hostname -> add(table, hostname));
                }
            };
            this.whitelist = answers.whitelist();
            this.ask = parts.opened(AskServer.start(answers.handler()));
        } catch (IOException | RuntimeException failed) {
            close();
            throw failed;
        }
    }

    /** Starts all; files go to a folder {@code name}, which is emptied before and left as it is after. */
    static Surroundings start(Programs programs, String name, Ask answering) throws IOException {
        return new Surroundings(programs, name, answering);
    }

    private static Answers fromMemory(Duration maxAge) {
        var memory = new AskServer.FromMemory(maxAge);
        return new Answers(memory, memory::allow);
    }

    private Whitelist verifierTable() throws IOException {
        var settings = new WhitelistSettings(
                WhitelistSettings.DEFAULT_REGION,
                Optional.of(database.endpoint()),
                WhitelistSettings.DEFAULT_TABLE,
                true);
        Whitelist table = parts.opened(Whitelist.open(settings, InstantSource.system()));
        if (table.check(true) instanceof TableCheck.NotReady(String reason)) {
            throw new IOException(reason);
        }
        return table;
    }

    private static void add(Whitelist table, Hostname hostname) {
        AddResult added = table.add(hostname, "customer", Optional.empty(), DomainStatus.ACTIVE);
        if (!(added instanceof AddResult.Added)) {
            throw new IllegalStateException(hostname + ": " + added);
        }
    }

    /** From now on {@code hostname} is allowed, and leads to {@code contender}; returns it. */
    String allow(String hostname, Contender contender) {
        allowAt(hostname, contender.https().getAddress().getHostAddress());
        return hostname;
    }

    /** From now on {@code hostname} is allowed; the CA doesn't find it. */
    void allow(Hostname hostname) {
        whitelist.accept(hostname);
    }

    /** From now on {@code hostname} is allowed, and leads the CA to {@code address}. */
    void allowAt(String hostname, String address) {
        allow(Hostname.parse(hostname).orElseThrow());
        ca.dns().addA(hostname, address);
    }

    Programs programs() {
        return programs;
    }

    Path folder() {
        return folder;
    }

    int httpPort() {
        return httpPort;
    }

    int httpsPort() {
        return httpsPort;
    }

    DynamoDbLocal database() {
        return database;
    }

    PebbleCa ca() {
        return ca;
    }

    Origin origin() {
        return origin;
    }

    AskServer ask() {
        return ask;
    }

    private static Path emptied(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var tree = Files.walk(folder)) {
                for (Path path :
                        tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        return Files.createDirectories(folder);
    }

    @Override
    public void close() {
        parts.close();
    }
}
