package dev.anyhost.infra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.infra.config.DeploymentConfig;
import dev.anyhost.infra.config.Region;
import dev.anyhost.settings.ConfigError;
import dev.anyhost.settings.ConfigResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeploymentConfigTest {

    @TempDir
    private Path folder;

    @Test
    void oneRegion_leavesTheRestToDefaults() {
        DeploymentConfig config = Example.config("one-region");
        assertThat(config.regions()).hasSize(1);
        assertThat(config.replicaRegions()).isEmpty();
        assertThat(config.drain().whole()).isEqualTo(Duration.ofSeconds(80));
        assertThat(config.options().privateLink()).isEmpty();
        assertThat(config.options().flowLogs()).isFalse();
        assertThat(config.options().sourceRanges()).isEmpty();
        assertThat(config.regions().getFirst().zoneNames()).containsExactly("us-east-1a", "us-east-1b");
    }

    @Test
    void threeRegions_sayEverything() {
        DeploymentConfig config = Example.config("three-regions");
        assertThat(config.replicaRegions()).containsExactly("eu-central-1", "ap-northeast-1");
        assertThat(config.regions().get(1).egress()).isEqualTo(Region.Egress.DUAL_STACK);
        assertThat(config.regions().getFirst().fleets()).extracting("name").containsExactly("blue", "green");
    }

    @Test
    void mistakes_areReportedAllAtOnce() throws IOException {
        assertThat(errorsOf("""
                stage: Prod!
                domain: edge
                hosted-zone: {id: Z0123456789ABCDEFGHIJ, name: other.com}
                home-region: us-east-1
                origin: app.example.com
                acme: {emial: ops@example.com}
                drain: {announce: 90s, grace: 60s}
                regions:
                  - region: eu-central-1
                    zones: [a]
                    cidr: 192.168.0.0/16
                    fleets:
                      - {name: blue, image: "0.1.0", min-tasks: 5, max-tasks: 4, cpu: 1024, memory: 1000, flows-per-task: 25001}
                      - {name: blue, image: "0.1.0"}
                options: {private-link: {enabled: true}, source-ranges: [everybody], dual-stack: true}
                """))
                .extracting(ConfigError::key)
                .containsExactlyInAnyOrder(
                        "stage",
                        "domain",
                        "hosted-zone.name",
                        "origin",
                        "acme.email",
                        "acme.emial",
                        "alarm-email",
                        "drain.grace",
                        "regions",
                        "regions[0].zones",
                        "regions[0].cidr",
                        "regions[0].fleets",
                        "regions[0].fleets[0].max-tasks",
                        "regions[0].fleets[0].memory",
                        "regions[0].fleets[0].flows-per-task",
                        "options.private-link.allowed-principals",
                        "options.source-ranges[0]",
                        "options.dual-stack");
    }

    @Test
    void halfAWebhook_isAMistake() throws IOException {
        String whole = Files.readString(Path.of("examples", "one-region.yaml"));
        assertThat(errorsOf(whole + "options: {webhook: {url: \"https://hooks.example.com\"}}\n"))
                .extracting(ConfigError::toString)
                .containsExactly(
                        "options.webhook.secret-name: missing (expected: both url and secret-name, or neither)");
    }

    @Test
    void synthesis_ofAWrongFile_complainsAndEndsWith2() throws IOException {
        var complaints = new ByteArrayOutputStream();
        int code = synthesis(file("stage: prod\n"), folder, complaints);
        assertThat(code).isEqualTo(2);
        assertThat(complaints.toString(StandardCharsets.UTF_8)).contains("domain: missing (expected: ");
    }

    @Test
    void synthesis_withoutTheFunctionsPackages_saysWhatToBuildAndEndsWith3() {
        var complaints = new ByteArrayOutputStream();
        int code = synthesis(Path.of("examples", "one-region.yaml"), folder, complaints);
        assertThat(code).isEqualTo(3);
        assertThat(complaints.toString(StandardCharsets.UTF_8)).contains("lambda-ask.zip is missing: build it");
    }

    private static int synthesis(Path file, Path folder, ByteArrayOutputStream complaints) {
        return Synthesis.run(
                List.of(file.toString(), folder.toString(), folder.toString()),
                _ -> Optional.empty(),
                new PrintStream(complaints, true, StandardCharsets.UTF_8));
    }

    private List<ConfigError> errorsOf(String text) throws IOException {
        return switch (DeploymentConfig.read(file(text), _ -> Optional.empty())) {
            case ConfigResult.Valid<DeploymentConfig> _ -> List.of();
            case ConfigResult.Invalid<DeploymentConfig>(var errors) -> errors;
        };
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("deployment.yaml"), text);
    }
}
