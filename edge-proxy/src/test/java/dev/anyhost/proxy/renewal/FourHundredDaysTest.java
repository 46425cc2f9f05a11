package dev.anyhost.proxy.renewal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import dev.anyhost.proxy.certificate.Cluster;
import dev.anyhost.proxy.issuance.OrderLimits;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.TokenLimit;
import dev.anyhost.testkit.DynamoOperation;
import dev.anyhost.testkit.memory.MemoryDynamoDb;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thirteen months of two instances' work for names whose certificates live 90 days, 45 days and, one in eleven, 160 hours;
 * eleven thousand of them with {@code -Danyhost.names=10000}. As many orders are allowed in proportion. The names come
 * during the first thirty days, every one is visited once a month, and the authority is away for six hours. What few names
 * need differs from day to day by chance alone, so that their load is looked at by the week.
 */
class FourHundredDaysTest {

    private static final int NAMES = Integer.getInteger("anyhost.names", 100);
    private static final int SHORT_LIVED = NAMES / 10;
    private static final Duration STEP = Duration.ofHours(2);
    private static final int STEPS_A_DAY = 12;
    private static final int DAYS = 400;
    private static final int ARRIVAL_DAYS = 30;
    private static final int SETTLED = ARRIVAL_DAYS + 90;
    private static final int FEW = 400;
    private static final Duration PERIOD = Duration.ofDays(NAMES < FEW ? 7 : 1);
    private static final int AWAY = 200 * STEPS_A_DAY;
    private static final int BACK = AWAY + 3;
    private static final int NAMES_OF_A_DOMAIN = 8;

    @TempDir
    private Path folder;

    private final List<Hostname> names = new ArrayList<>();

    private static Hostname name(int number) {
        String kind = number < SHORT_LIVED ? "short" : number % 2 == 0 ? "classic" : "newer";
        return Cluster.hostname(kind + number + ".customer" + number / NAMES_OF_A_DOMAIN + ".example");
    }

    private static Duration life(Hostname hostname) {
        return switch (hostname.value().charAt(0)) {
            case 's' -> Duration.ofHours(160);
            case 'c' -> Duration.ofDays(90);
            default -> Duration.ofDays(45);
        };
    }

    @Test
    void nothingExpires_noLimitIsHitAndTheLoadSpreads() throws Exception {
        int orders = Math.max(10, 300 * NAMES / 10_000);
        try (var cluster = new Cluster(new MemoryDynamoDb(), folder)) {
            var authority = new LimitedAuthority(cluster.clock, FourHundredDaysTest::life, orders);
            cluster.authority = authority::issue;
            cluster.suggestion = authority::suggestion;
            cluster.limits = new OrderLimits(
                    Optional.of(TokenLimit.of(orders, Duration.ofHours(3))),
                    OrderLimits.LETS_ENCRYPT.domain(),
                    OrderLimits.LETS_ENCRYPT.names(),
                    OrderLimits.LETS_ENCRYPT.failures(),
                    OrderLimits.LETS_ENCRYPT.consecutiveFailures());
            Instant start = cluster.clock.instant();

            pass(cluster, authority);

            assertThat(authority.violations()).isEmpty();
            assertThat(names)
                    .hasSize(NAMES + SHORT_LIVED)
                    .allSatisfy(hostname -> assertThat(((FindResult.Found)
                                            cluster.tables.certificates().findConsistent(hostname))
                                    .certificate()
                                    .notAfter())
                            .isEqualTo(authority.notAfter(hostname)));
            assertThat(cluster.dynamo.calls(DynamoOperation.SCAN)).isZero();
            assertThat(authority.exempt()).isEqualTo(authority.issued().size() - names.size());
            LongSummaryStatistics load = load(authority.issued(), start);
            assertThat((double) load.getMax()).isLessThanOrEqualTo(2 * load.getAverage());
        }
    }

    private void pass(Cluster cluster, LimitedAuthority authority) throws InterruptedException {
        Cluster.Instance a = cluster.instance("a");
        Cluster.Instance b = cluster.instance("b");
        RenewalLoop first = cluster.renewals(a, "a", new ArrayList<>());
        RenewalLoop second = cluster.renewals(b, "b", new ArrayList<>());
        int all = NAMES + SHORT_LIVED;
        for (int step = 0; step < DAYS * STEPS_A_DAY; step++) {
            authority.setAway(step >= AWAY && step < BACK);
            int arrived = (int) Math.min(all, (long) all * (step + 1) / (ARRIVAL_DAYS * STEPS_A_DAY));
            while (names.size() < arrived) {
                Hostname next = name(names.size());
                assertThat((names.size() % 2 == 0 ? a : b).visit(next)).isInstanceOf(CertificateAnswer.Serve.class);
                names.add(next);
            }
            (step % 2 == 0 ? first : second).tick();
            if (step % STEPS_A_DAY == 0) {
                assertThat(authority.expired()).as("day " + step / STEPS_A_DAY).isEmpty();
            }
            if (step % (30 * STEPS_A_DAY) == 0) {
                names.forEach(hostname -> cluster.tables.certificates().recordUse(hostname, cluster.clock.instant()));
            }
            cluster.clock.advance(STEP);
        }
    }

    /** How many were issued in each whole period after the first full life. */
    private static LongSummaryStatistics load(List<Instant> issued, Instant start) {
        Instant from = start.plus(Duration.ofDays(SETTLED));
        long periods = Duration.ofDays(DAYS - SETTLED).dividedBy(PERIOD);
        Map<Long, Long> counts = issued.stream()
                .filter(at -> !at.isBefore(from))
                .map(at -> Duration.between(from, at).dividedBy(PERIOD))
                .filter(period -> period < periods)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        return LongStream.range(0, periods)
                .map(period -> counts.getOrDefault(period, 0L))
                .summaryStatistics();
    }
}
