package dev.anyhost.benchmarks;

import dev.anyhost.domain.Hostname;
import dev.anyhost.testkit.ConsumedCapacity;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.FakeClock;
import dev.anyhost.verifier.check.CheckReport;
import dev.anyhost.verifier.check.CheckRun;
import dev.anyhost.verifier.check.DnsProbe;
import dev.anyhost.verifier.check.ScheduledRun;
import dev.anyhost.dns.DnsClient;
import dev.anyhost.dns.DnsName;
import dev.anyhost.verifier.dns.DomainProbe;
import dev.anyhost.verifier.dns.Edge;
import dev.anyhost.verifier.events.Delivery;
import dev.anyhost.verifier.onboarding.CheckSchedule;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.whitelist.AddResult;
import dev.anyhost.verifier.whitelist.Tenants;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * What one Lambda function's scheduled runs do, part after part, over names that are all due: real questions to a DNS server
 * on loopback whose answers take as long as those of customers' servers do, and DynamoDB Local, which is slower than
 * DynamoDB when many ask it at once.
 */
final class Checks implements Benchmark {

    private static final int NAMES = 100_000;
    private static final long ANSWER_MILLIS = 30;
    private static final int WRITERS = 32;
    private static final String TENANT = "acme";
    private static final Duration FAR = Duration.ofHours(1);
    private static final DnsName EDGE = DnsName.of(Hostname.parse("edge.test").orElseThrow());

    /** Later than any active name's next check. */
    private static final Duration NEXT_ROUND = Duration.ofHours(14);

    private static final int SAMPLE = 3;

    @Override
    public String name() {
        return "checks";
    }

    @Override
    public String description() {
        return "scheduled DNS checks a minute by one function, its database calls, and what a day of a million names costs";
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        var capacity = new ConsumedCapacity();
        var clock = FakeClock.at("2026-11-21T00:00:00Z");
        int names = effort.of(NAMES);
        try (DynamoDbLocal database = DynamoDbLocal.start();
                DynamoDbClient counted = client(database, capacity);
                var whitelist = new Whitelist(counted, "domains", clock)) {
            var _ = whitelist.check(true);
            long filled = fill(whitelist, names);
            String label = ((Tenants.Result.Tenant) whitelist.tenants().find(TENANT)).label();
            try (CustomersDns dns = CustomersDns.start(EDGE.child(label).value(), ANSWER_MILLIS)) {
                return measured(whitelist, capacity, clock, dns) + "\n(" + names + " names were registered in "
                        + Duration.ofNanos(filled).toSeconds() + " s)\n";
            }
        }
    }

    private static DynamoDbClient client(DynamoDbLocal database, ConsumedCapacity capacity) {
        return DynamoDbClient.builder()
                .endpointOverride(database.endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                .httpClient(UrlConnectionHttpClient.create())
                .overrideConfiguration(override -> override.addExecutionInterceptor(capacity))
                .build();
    }

    private static long fill(Whitelist whitelist, int names) throws InterruptedException {
        long begun = System.nanoTime();
        var room = new Semaphore(WRITERS);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int number = 0; number < names; number++) {
                Hostname hostname =
                        Hostname.parse("shop-" + number + ".customer.example").orElseThrow();
                room.acquire();
                threads.execute(() -> {
                    if (!(whitelist.add(hostname, TENANT, Optional.empty(), DomainStatus.PENDING)
                            instanceof AddResult.Added)) {
                        throw new IllegalStateException("not added: " + hostname);
                    }
                    room.release();
                });
            }
        }
        return System.nanoTime() - begun;
    }

    /** A round over all names, which become active, then one over an active part. */
    private static String measured(Whitelist whitelist, ConsumedCapacity capacity, FakeClock clock, CustomersDns dns) {
        var edge = new Edge(EDGE, List.of(), Edge.LETS_ENCRYPT);
        var probe = new DnsProbe(new DomainProbe(new DnsClient(List.of(dns.address()), DnsClient.PATIENCE)), edge);
        var checks = new CheckRun(whitelist, Optional.empty(), probe, CheckSchedule.DEFAULT, clock);
        Table table = new Table(
                "round",
                "checks",
                "checks a minute",
                "calls a check",
                "queries a run",
                "scans",
                "reads",
                "writes",
                "DNS questions a check");
        Round first = round(checks, Whitelist.SHARDS, capacity, clock, dns);
        first.into(table, "pending names");
        var delivery = new Delivery(whitelist, Optional.empty(), clock);
        var telling = new ScheduledRun(whitelist, checks, delivery, Optional.empty(), clock);
        for (int shard = 0; shard < SAMPLE; shard++) {
            var _ = telling.run(shard, clock.instant().plus(FAR));
        }
        clock.advance(NEXT_ROUND);
        Round steady = round(checks, SAMPLE, capacity, clock, dns);
        steady.into(table, "active names");
        return table + "\n"
                + new CostOfADay(
                        steady.reads / steady.checks, steady.writes / steady.checks, steady.checks / steady.seconds);
    }

    private record Round(
            int checks,
            int runs,
            double seconds,
            int calls,
            int queries,
            int scans,
            double reads,
            double writes,
            long questions) {

        void into(Table table, String name) {
            table.row(
                    name,
                    Integer.toString(checks),
                    Table.number(checks / seconds * 60),
                    Table.number((double) calls / checks),
                    Table.number((double) queries / runs),
                    Integer.toString(scans),
                    Table.number(reads / checks),
                    Table.number(writes / checks),
                    Table.number((double) questions / checks));
        }
    }

    private static Round round(CheckRun run, int parts, ConsumedCapacity capacity, FakeClock clock, CustomersDns dns) {
        capacity.reset();
        long questions = dns.questions();
        long begun = System.nanoTime();
        int checks = 0;
        for (int shard = 0; shard < parts; shard++) {
            CheckReport report = run.run(shard, clock.instant().plus(FAR));
            if (report.unknown() + report.leftOver() > 0) {
                throw new IllegalStateException("not every name was checked: " + report);
            }
            checks += report.checked();
        }
        double seconds = Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1e3;
        return new Round(
                checks,
                parts,
                seconds,
                capacity.calls(),
                capacity.calls("Query"),
                capacity.calls("Scan"),
                capacity.reads(),
                capacity.writes(),
                dns.questions() - questions);
    }
}
