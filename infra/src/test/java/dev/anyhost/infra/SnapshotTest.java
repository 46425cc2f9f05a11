package dev.anyhost.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The templates as they were last reviewed. {@code mvn -pl infra -am test -Dtest=SnapshotTest -Danyhost.templates.write=true
 * -Dsurefire.failIfNoSpecifiedTests=false} writes them anew; what changed is then seen in the diff of the commit.
 */
class SnapshotTest {

    private static final Path REVIEWED = Path.of("src", "test", "resources", "templates");

    /** What is uploaded is named by its hash, and a version of a function by what it is made of. */
    private static final Pattern ASSET = Pattern.compile("\\b[0-9a-f]{64}\\b");

    private static final Pattern VERSION = Pattern.compile("(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}");

    static Stream<Example> examples() {
        return Example.all();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void templates_areThoseThatWereReviewed(Example example) throws IOException {
        Path folder = REVIEWED.resolve(example.name());
        for (String stack : example.templates().keySet()) {
            Path reviewed = folder.resolve(stack + ".json");
            String now = normalised(Path.of("target", "templates", example.name(), stack + ".template.json"));
            if (Boolean.getBoolean("anyhost.templates.write")) {
                Files.createDirectories(folder);
                Files.writeString(reviewed, now);
            }
            assertThat(reviewed)
                    .as("%s, as reviewed (this class says how to write it anew)", stack)
                    .content()
                    .isEqualTo(now);
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".json", "")))
                    .containsExactlyInAnyOrderElementsOf(example.templates().keySet());
        }
    }

    private static String normalised(Path template) throws IOException {
        String withoutAssets = ASSET.matcher(Files.readString(template)).replaceAll("ASSET");
        return VERSION.matcher(withoutAssets).replaceAll("$1VERSION") + "\n";
    }
}
