package dev.anyhost.verifier.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DomainsClientTest {

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:9181, true",
        "http://localhost/, true",
        "http://[::1]:1/, true",
        "http://127.example.com, false",
        "http://10.0.0.1, false",
        "http://localhost.example, false",
        "http://[2001:db8::1]/, false"
    })
    void loopback_isThisMachineOnly(URI url, boolean loopback) {
        assertThat(DomainsClient.isLoopback(url)).isEqualTo(loopback);
    }
}
