package dev.anyhost.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class SamplesTest {

    @Test
    void median_oddCount_isTheMiddleOne() {
        assertThat(samples(9, 1, 4).median()).isEqualTo(4);
    }

    @Test
    void median_evenCount_isTheMeanOfTheMiddleTwo() {
        assertThat(samples(9, 1, 4, 6).median()).isEqualTo(5);
    }

    @Test
    void median_nothingMeasured_isNoNumber() {
        assertThat(samples().median()).isNaN();
        assertThat(samples().percentile(99)).isNaN();
    }

    @Test
    void percentile_hundredValues_isTheOneOfThatRank() {
        Samples hundred = new Samples();
        for (int value = 100; value >= 1; value--) {
            hundred.add(value);
        }
        assertThat(hundred.percentile(99)).isEqualTo(99);
        assertThat(hundred.percentile(1)).isEqualTo(1);
        assertThat(hundred.max()).isEqualTo(100);
    }

    @Test
    void percentile_fewValues_roundsTheRankUp() {
        assertThat(samples(1, 2, 3).percentile(90)).isEqualTo(3);
        assertThat(samples(7).percentile(1)).isEqualTo(7);
    }

    @Test
    void over_roundsThatWereSlowForBoth_keepTheirRatio() {
        assertThat(samples(20, 200, 30).over(samples(10, 100, 10)).median()).isEqualTo(2);
    }

    @Test
    void over_differentNumbersOfRounds_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> samples(1).over(samples(1, 2)));
    }

    private static Samples samples(double... values) {
        Samples samples = new Samples();
        for (double value : values) {
            samples.add(value);
        }
        return samples;
    }
}
