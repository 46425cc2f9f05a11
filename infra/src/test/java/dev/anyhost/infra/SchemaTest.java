package dev.anyhost.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.Stack;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The CDK validates templates against CloudFormation's schemas and rules (those of cfn-lint) while it writes them. */
class SchemaTest {

    private static final String REPORT = "validation-report.json";

    static Stream<Example> examples() {
        return Example.all();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void templates_areValid(Example example) throws IOException {
        JsonNode report =
                JsonMapper.shared().readTree(Files.readString(Path.of("target", "templates", example.name(), REPORT)));
        assertThat(report.get("pluginReports")).isNotEmpty();
        for (JsonNode plugin : report.get("pluginReports")) {
            assertThat(plugin.get("conclusion").stringValue()).isEqualTo("success");
            assertThat(plugin.get("violations")).isEmpty();
        }
    }

    @Test
    void template_withAPropertyThatThereIsNot_isReported(@TempDir Path folder) throws IOException {
        App app = App.Builder.create()
                .outdir(folder.toString())
                .analyticsReporting(false)
                .build();
        CfnResource.Builder.create(new Stack(app, "Wrong"), "Queue")
                .type("AWS::SQS::Queue")
                .properties(Map.of("Colour", "red"))
                .build();
        try {
            app.synth();
        } catch (RuntimeException refused) {
            assertThat(refused).hasMessageContaining("alidation");
        }
        assertThat(folder.resolve(REPORT)).content().contains("Colour");
    }
}
