package dev.anyhost.proxy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Two thousand schedules, always the same ones; {@code -Danyhost.simulation.seed=} begins with another, such as the one that
 * a failure names.
 */
class SimulationTest {

    static final int SCHEDULES = 2_000;

    private static final Logger PRODUCT = (Logger) LoggerFactory.getLogger("dev.anyhost");

    @BeforeAll
    static void dontLogThousandsOfFaults() {
        PRODUCT.setLevel(Level.OFF);
    }

    @AfterAll
    static void logAgain() {
        PRODUCT.setLevel(null);
    }

    @Test
    void randomSchedules_breakNoPromise() {
        assertThat(Simulation.firstViolation(Long.getLong("anyhost.simulation.seed", 1), SCHEDULES))
                .isEmpty();
    }

    @Test
    void writesWithoutFence_areFound(@TempDir Path folder) throws Exception {
        assertThat(withoutDefence(
                        "cert-store/src/main/java/dev/anyhost/store/CertificateRows.java",
                        "(attribute_not_exists(fence) OR fence <= :fence)",
                        "(attribute_not_exists(fence) OR fence <= :fence OR fence > :fence)",
                        folder))
                .contains("an older lease's certificate over a newer one");
    }

    @Test
    void orderWithoutSecondLook_isFound(@TempDir Path folder) throws Exception {
        assertThat(withoutDefence(
                        "edge-proxy/src/main/java/dev/anyhost/proxy/certificate/OrderUnderLease.java",
                        "wanted.isMetBy(found, around.now())",
                        "false",
                        folder))
                .contains("orders (expected: at most");
    }

    @Test
    void unrecognisedAttempts_areFound(@TempDir Path folder) throws Exception {
        assertThat(withoutDefence(
                        "cert-store/src/main/java/dev/anyhost/store/DynamoTable.java",
                        "filter(attempt::equals).isPresent()",
                        "filter(attempt::equals).isEmpty() && item.isEmpty()",
                        folder))
                .contains("(REPEATED");
    }

    private static String withoutDefence(String source, String text, String instead, Path folder) throws Exception {
        return new WithoutDefence(Path.of(source), text, instead).firstViolation(folder, 1, SCHEDULES);
    }
}
