package dev.anyhost.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class H2loadTest {

    /** As nghttp2 1.52 writes it; what was under way at the end counts as failed there. */
    private static final String GOOD = """
            Cipher: ECDHE-ECDSA-AES128-GCM-SHA256
            Application protocol: h2

            finished in 2.00s, 12000.50 req/s, 277.60KB/s
            requests: 24003 total, 24012 started, 24003 done, 24001 succeeded, 2 failed, 2 errored, 0 timeout
            status codes: 24001 2xx, 0 3xx, 0 4xx, 0 5xx
            """;

    private final H2load h2 = new H2load(Path.of("h2load"), Path.of("."), H2load.H2, 16, 16);

    @Test
    void parse_cleanRun_hasCountAndRate() throws IOException {
        assertThat(h2.parse(GOOD)).isEqualTo(new Wrk.Run(24_001, 12_000.5));
    }

    @Test
    void parse_otherProtocol_isNoResult() {
        assertThatIOException()
                .isThrownBy(() -> h2.parse(GOOD.replace("protocol: h2", "protocol: http/1.1")))
                .withMessageContaining("http/1.1, status codes: 24001 2xx");
    }

    @Test
    void parse_refusedRequests_isNoResult() {
        assertThatIOException()
                .isThrownBy(() -> h2.parse(GOOD.replace("0 5xx", "7 5xx")))
                .withMessageContaining("7 5xx");
    }

    @Test
    void parse_nothingMeasured_isNoResult() {
        assertThatIOException().isThrownBy(() -> h2.parse("unable to connect"));
    }
}
