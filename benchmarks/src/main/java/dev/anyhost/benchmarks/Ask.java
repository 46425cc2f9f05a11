package dev.anyhost.benchmarks;

import dev.anyhost.domain.Hostname;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.LambdaFunction;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.whitelist.AddResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * The ask function as it is deployed, under AWS's Runtime Interface Client: its package's size, how long a new one takes to
 * be ready (without SnapStart, which takes a snapshot of just that), and an ask's time, the client's own share included.
 */
final class Ask implements Benchmark {

    private static final String TABLE = "domains";
    private static final Hostname ACTIVE =
            Hostname.parse("shop.customer.example").orElseThrow();
    private static final int STARTS = 10;
    private static final int WARM_UP = 2_000;
    private static final int ASKS = 5_000;

    @Override
    public String name() {
        return "ask";
    }

    @Override
    public String description() {
        return "the ask function: package, cold start, and time for an ask on DynamoDB Local";
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        Path code = programs.askFunction();
        try (DynamoDbLocal database = DynamoDbLocal.start();
                var whitelist = Whitelist.open(
                        new WhitelistSettings("us-east-1", Optional.of(database.endpoint()), TABLE, true),
                        InstantSource.system())) {
            var _ = whitelist.check(true);
            if (!(whitelist.add(ACTIVE, "acme", Optional.empty(), DomainStatus.ACTIVE) instanceof AddResult.Added)) {
                throw new IllegalStateException("not added: " + ACTIVE);
            }
            var environment = Map.of(
                    "ANYHOST_WHITELIST_ENDPOINT", database.endpoint().toString(), "ANYHOST_WHITELIST_TABLE", TABLE);
            Samples ready = new Samples();
            Samples first = new Samples();
            for (int start = 0; start < effort.of(STARTS); start++) {
                cold(code, environment, ready, first);
            }
            return table(code, ready, first, warm(code, environment, effort)).toString();
        }
    }

    private static Table table(Path code, Samples ready, Samples first, Samples asks) throws IOException {
        Table table = new Table("ask function", "");
        table.row("package, MB", Table.number(Files.size(code) / 1e6));
        table.row("start of the JVM until it asks for an event, ms, median", Table.number(ready.median()));
        table.row("first ask of a new one, ms, median", Table.number(first.median()));
        table.row("an ask, ms, p50", Table.number(asks.median()));
        table.row("an ask, ms, p99", Table.number(asks.percentile(99)));
        return table;
    }

    private static void cold(Path code, Map<String, String> environment, Samples ready, Samples first)
            throws IOException, InterruptedException {
        try (LambdaFunction function = start(code, environment)) {
            long begun = System.nanoTime();
            function.api().awaitInitialised();
            ready.add(millisSince(begun));
            first.add(ask(function));
        }
    }

    private static Samples warm(Path code, Map<String, String> environment, Effort effort)
            throws IOException, InterruptedException {
        try (LambdaFunction function = start(code, environment)) {
            for (int i = 0; i < effort.of(WARM_UP); i++) {
                ask(function);
            }
            Samples asks = new Samples();
            for (int i = 0; i < effort.of(ASKS); i++) {
                asks.add(ask(function));
            }
            return asks;
        }
    }

    private static LambdaFunction start(Path code, Map<String, String> environment) throws IOException {
        return LambdaFunction.start(code, "dev.anyhost.verifier.AskHandler", environment);
    }

    private static double ask(LambdaFunction function) throws InterruptedException {
        long begun = System.nanoTime();
        var answer = function.api()
                .invoke("{\"version\":\"2.0\",\"rawPath\":\"/\",\"rawQueryString\":\"domain=" + ACTIVE
                        + "\",\"requestContext\":{\"http\":{\"method\":\"GET\",\"path\":\"/\"}}}");
        double millis = millisSince(begun);
        if (!answer.body().contains("\"statusCode\":200")) {
            throw new IllegalStateException("not allowed: " + answer);
        }
        return millis;
    }

    private static double millisSince(long begun) {
        return Duration.ofNanos(System.nanoTime() - begun).toNanos() / 1e6;
    }
}
