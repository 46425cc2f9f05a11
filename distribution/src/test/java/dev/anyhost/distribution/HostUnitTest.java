package dev.anyhost.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The systemd unit for hosts, as text: systemd itself needn't be here. */
class HostUnitTest {

    private static final Path UNIT = Path.of("../infra/host/anyhost.service");

    private static List<String> lines() throws IOException {
        return Files.readAllLines(UNIT);
    }

    private static long seconds(String key) throws IOException {
        return lines().stream()
                .filter(line -> line.startsWith(key + "="))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".*=([0-9]+)s", "$1")))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ExecStart=/opt/anyhost/bin/anyhost run --config /etc/anyhost/proxy.yaml",
                "DynamicUser=yes",
                "NoNewPrivileges=yes",
                "CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
                "AmbientCapabilities=CAP_NET_BIND_SERVICE",
                "ProtectSystem=strict",
                "ProtectHome=yes",
                "PrivateTmp=yes",
                "PrivateDevices=yes",
                "RestrictSUIDSGID=yes",
                "RestrictNamespaces=yes",
                "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
                "SystemCallArchitectures=native",
                "SystemCallFilter=@system-service",
                "LimitNOFILE=1048576",
                "Restart=on-failure",
                "MemoryDenyWriteExecute=no"
            })
    void unit_confinesTheProxyAndLetsItRun(String line) throws IOException {
        assertThat(lines()).contains(line);
    }

    @Test
    void stopTimeout_isLongerThanTheImagesLongestUsualDrain() throws IOException {
        assertThat(seconds("TimeoutStopSec")).isGreaterThan(120);
    }

    @Test
    void everyLine_isASectionACommentOrAKey() throws IOException {
        try (Stream<String> lines = Files.lines(UNIT)) {
            assertThat(lines).allMatch(line -> line.matches("|#.*|\\[(Unit|Service|Install)]|[A-Z][A-Za-z]+=.*"));
        }
    }
}
