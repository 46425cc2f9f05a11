package dev.anyhost.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What cdk-nag's AwsSolutions rules found in every stack; what is suppressed says why beside the resource. */
class NagTest {

    static Stream<Example> examples() {
        return Example.all();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void stacks_lookedAtByNag_haveNoUnsuppressedFinding(Example example) throws IOException {
        for (String stack : example.templates().keySet()) {
            Path report = Path.of("target", "templates", example.name(), "AwsSolutions-" + stack + "-NagReport.csv");
            List<String> lines = Files.readAllLines(report);
            assertThat(lines.getFirst()).startsWith("Rule ID,Resource ID,Compliance,");
            assertThat(lines)
                    .filteredOn(line -> line.contains("\"Non-Compliant\""))
                    .isEmpty();
            assertThat(lines).filteredOn(line -> line.contains("UNKNOWN")).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void rules_wereAppliedToWhatTheyAreAbout(Example example) throws IOException {
        Path folder = Path.of("target", "templates", example.name());
        String domain = Files.readString(
                folder.resolve("AwsSolutions-" + example.template("domain").name() + "-NagReport.csv"));
        assertThat(domain).contains("AwsSolutions-L1", "AwsSolutions-SQS4", "\"Compliant\"", "\"Suppressed\"");
    }
}
