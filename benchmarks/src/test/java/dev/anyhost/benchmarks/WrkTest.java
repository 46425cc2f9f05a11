package dev.anyhost.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WrkTest {

    private static final List<String> GOOD = List.of(
            "Running 2s test @ https://www.shop.example:19443/",
            "  1 threads and 16 connections",
            "    Req/Sec    18.90k     3.32k   23.09k    71.43%",
            "  39542 requests in 2.10s, 44.1MB read",
            "Requests/sec:  18826.84");

    @Test
    void parse_cleanRun_hasCountAndRate() throws IOException {
        assertThat(Wrk.parse(GOOD)).isEqualTo(new Wrk.Run(39_542, 18_826.84));
    }

    @Test
    void parse_failedRequests_isNoResult() {
        List<String> errors = new java.util.ArrayList<>(GOOD);
        errors.add("  Non-2xx or 3xx responses: 7");
        assertThatIOException().isThrownBy(() -> Wrk.parse(errors)).withMessageContaining("7");
    }

    @Test
    void parse_brokenConnections_isNoResult() {
        List<String> errors = new java.util.ArrayList<>(GOOD);
        errors.add("  Socket errors: connect 0, read 3, write 0, timeout 0");
        assertThatIOException().isThrownBy(() -> Wrk.parse(errors)).withMessageContaining("read 3");
    }

    @Test
    void parse_nothingMeasured_isNoResult() {
        assertThatIOException().isThrownBy(() -> Wrk.parse(List.of("unable to connect")));
    }
}
