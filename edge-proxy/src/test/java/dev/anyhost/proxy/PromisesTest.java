package dev.anyhost.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/promises.md} names tests that there are. */
class PromisesTest {

    private static final Path CHECKOUT = Path.of("..");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)#(\\w+)`");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (?!promise)[^|]+ \\| ([^|]+) \\|$");
    private static final Pattern BENCHMARK = Pattern.compile("`scripts/benchmark (\\w+)`");

    /** The text of each test class, by its simple name; some names are there twice. */
    private static Map<String, String> tests() throws IOException {
        Map<String, String> tests = new HashMap<>();
        try (Stream<Path> tree = Files.walk(CHECKOUT, 12)) {
            for (Path file : tree.filter(path -> path.toString().endsWith("Test.java"))
                    .filter(path -> path.toString().contains("/src/test/java/"))
                    .toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                tests.merge(name, Files.readString(file), String::concat);
            }
        }
        return tests;
    }

    @Test
    void eachPromise_namesTestsThatThereAre() throws IOException {
        String promises = Files.readString(CHECKOUT.resolve("docs/promises.md"));
        Map<String, String> tests = tests();
        List<String> missing = new ArrayList<>();
        TEST.matcher(promises).results().forEach(test -> {
            if (!tests.getOrDefault(test.group(1), "").contains("void " + test.group(2) + "(")) {
                missing.add(test.group());
            }
        });
        assertThat(missing).isEmpty();
        assertThat(ROW.matcher(promises).results().map(row -> row.group(1)))
                .hasSizeGreaterThan(40)
                .allMatch(shown ->
                        TEST.matcher(shown).find() || BENCHMARK.matcher(shown).find());
    }
}
