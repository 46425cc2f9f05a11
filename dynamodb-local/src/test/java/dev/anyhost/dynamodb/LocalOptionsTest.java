package dev.anyhost.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalOptionsTest {

    @Test
    void allArguments_areRead() {
        assertThat(LocalOptions.parse(List.of("--port", "8000", "--data", "/tmp/tables", "--exit-with-parent")))
                .isEqualTo(new LocalOptions.Parsed.Valid(
                        new LocalOptions(8000, Optional.of(Path.of("/tmp/tables")), true)));
    }

    @Test
    void portAlone_keepsTablesInMemory() {
        assertThat(LocalOptions.parse(List.of("--port", "0")))
                .isEqualTo(new LocalOptions.Parsed.Valid(new LocalOptions(0, Optional.empty(), false)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--port", "--port 65536", "--port 8000x", "--port 8000 --data", "--prot 8000"})
    void wrongArguments_areNamed(String line) {
        assertThat(LocalOptions.parse(line.isEmpty() ? List.of() : List.of(line.split(" "))))
                .isInstanceOf(LocalOptions.Parsed.Invalid.class);
    }
}
