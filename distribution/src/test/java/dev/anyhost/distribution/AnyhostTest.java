package dev.anyhost.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnyhostTest {

    private static boolean isPlainRun(String line) {
        return Anyhost.isPlainRun(line.split(" "));
    }

    @Test
    void run_inTheFormOfDeployments_isPlain() {
        assertThat(isPlainRun("run --config /etc/anyhost/proxy.yaml")).isTrue();
    }

    /** They are for the library that reads command lines. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "run",
                "run --help",
                "run --config",
                "run --config --help",
                "run --config @arguments",
                "run --config=proxy.yaml",
                "run --config proxy.yaml --help",
                "run --confg proxy.yaml",
                "check-config --config proxy.yaml"
            })
    void anythingElse_isNot(String line) {
        assertThat(isPlainRun(line)).isFalse();
    }
}
