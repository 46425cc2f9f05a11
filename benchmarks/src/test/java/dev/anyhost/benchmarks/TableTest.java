package dev.anyhost.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class TableTest {

    @Test
    void table_cellsOfDifferentWidths_isAlignedMarkdown() {
        assertThat(new Table("", "ms").row("Anyhost", "4.20").row("Caddy", "–")).hasToString("""
                        |         | ms   |
                        |---------|------|
                        | Anyhost | 4.20 |
                        | Caddy   | –    |
                        """);
    }

    @Test
    void row_cellMissing_isRefused() {
        Table table = new Table("a", "b");
        assertThatIllegalArgumentException().isThrownBy(() -> table.row("only one"));
    }

    @Test
    void comparison_ratioOfRounds_isNotTheRatioOfMedians() {
        Samples ours = new Samples().add(1).add(2).add(30);
        Samples theirs = new Samples().add(1).add(4).add(60);
        assertThat(new Table("", "ours", "theirs", "ratio", "goal")
                        .comparison("x", ours, theirs, "")
                        .toString())
                .contains("| x | 2.00 | 4.00   | 0.50  |");
    }

    @Test
    void number_anySize_hasAboutThreeDigits() {
        assertThat(Table.number(0.1234)).isEqualTo("0.12");
        assertThat(Table.number(12.34)).isEqualTo("12.3");
        assertThat(Table.number(1234.5)).isEqualTo("1235");
        assertThat(Table.number(Double.NaN)).isEqualTo("–");
    }
}
