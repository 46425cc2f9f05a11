package dev.anyhost.proxy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Two thousand schedules, others each day; {@code -Danyhost.simulation.seed=} repeats the one that a failure names, as the
 * first of them.
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
        assertThat(Simulation.firstViolation(Long.getLong("anyhost.simulation.seed", 1), SCHEDULES)).isEmpty();
    }
}
