package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.hostname;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.HostTraffic.TrafficResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** How busy hostnames are. */
interface TrafficContract extends StoreContract {

    Hostname BUSY = hostname("busy.example.com");
    Hostname QUIET = hostname("quiet.example.com");

    private static Map<Hostname, Double> known(CertificateTables tables, Hostname... hostnames) {
        return ((TrafficResult.Known) tables.traffic().find(List.of(hostnames))).perDay();
    }

    private static double perDay(CertificateTables tables, Hostname hostname) {
        return known(tables, hostname).getOrDefault(hostname, 0.0);
    }

    @Test
    default void steadyTraffic_isReadAsHandshakesADay() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        for (int day = 0; day < 400; day++) {
            tables.traffic().add(BUSY, 1_000);
            store.time.advance(Duration.ofDays(1));
        }
        assertThat(known(tables, BUSY, QUIET)).containsOnlyKeys(BUSY);
        assertThat(perDay(tables, BUSY)).isCloseTo(1_000, within(30.0));
    }

    @Test
    default void oldTraffic_fades() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        tables.traffic().add(BUSY, 1_000);
        tables.traffic().add(QUIET, 600);
        store.time.advance(Duration.ofDays(30));
        tables.traffic().add(QUIET, 0);
        double before = known(tables, BUSY).getOrDefault(BUSY, 0.0);
        store.time.advance(Duration.ofDays(30));
        assertThat(perDay(tables, BUSY)).isCloseTo(before / 2, within(before / 1_000));
        tables.traffic().add(QUIET, 200);
        assertThat(perDay(tables, QUIET)).isGreaterThan(perDay(tables, BUSY));
    }

    @Test
    default void addition_isOneSmallWrite_andAHundredNamesAreOneRead() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        store.calls.operations();
        List<Hostname> names = IntStream.range(0, 150)
                .mapToObj(i -> hostname("h" + i + ".example.com"))
                .toList();
        tables.traffic().add(names.get(120), 7);
        assertThat(store.calls.operations()).containsExactly("UpdateItem");
        assertThat(known(tables, names.toArray(Hostname[]::new))).containsOnlyKeys(names.get(120));
        assertThat(store.calls.operations()).containsExactly("BatchGetItem", "BatchGetItem");
        assertThat(known(tables)).isEmpty();
    }

    @Test
    default void unreadableNumber_isNoTraffic() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        tables.traffic().add(BUSY, 7);
        Map<String, AttributeValue> row = store.row(CoordinationKey.traffic(BUSY));
        row.put("traffic", AttributeValue.fromS("many"));
        store.replaceRow(row);
        assertThat(known(tables, BUSY)).isEmpty();
    }
}
