package dev.anyhost.proxy.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Marks of memory, with a memory that says what it is told to. */
class SheddingTest {

    private double direct;
    private double heap;
    private int collections;
    private final Shedding shedding = new Shedding(
            new MemoryUse() {
                @Override
                public double direct() {
                    return direct;
                }

                @Override
                public double heap() {
                    return heap;
                }

                @Override
                public void collect() {
                    collections++;
                }
            },
            0.9);

    @Test
    void directMemoryAboveTheMark_isSeenAtOnceAndEndsBelowTheLowOne() {
        direct = 0.9;
        assertThat(shedding.isOn()).isFalse();
        direct = 0.901;
        assertThat(shedding.isOn()).isTrue();
        direct = 0.81;
        shedding.look();
        assertThat(shedding.isOn()).isTrue();
        direct = 0.79;
        assertThat(shedding.isOn()).isTrue(); // Until the next look.
        shedding.look();
        assertThat(shedding.isOn()).isFalse();
    }

    @Test
    void fullHeap_countsAsWellAndBothHaveToPass() {
        heap = 0.95;
        shedding.look();
        assertThat(shedding.isOn()).isTrue();
        direct = 0.85;
        heap = 0.5;
        shedding.look();
        assertThat(shedding.isOn()).isTrue();
        direct = 0.5;
        shedding.look();
        assertThat(shedding.isOn()).isFalse();
    }

    @Test
    void heapThatStaysFull_isCollectedNowAndThen() {
        heap = 0.95;
        for (int i = 0; i < 150; i++) {
            shedding.look();
        }
        assertThat(collections).isEqualTo(2);
        heap = 0.5;
        direct = 0.95;
        for (int i = 0; i < 100; i++) {
            shedding.look();
        }
        assertThat(collections).isEqualTo(2);
    }

    private int collectionsIn(int looks) {
        int before = collections;
        for (int i = 0; i < looks; i++) {
            shedding.look();
        }
        return collections - before;
    }

    @Test
    void collectionsThatBringNothing_becomeRareUntilMemoryWasEnough() {
        heap = 0.95;
        assertThat(collectionsIn(50)).isEqualTo(1);
        heap = 0.85;
        assertThat(collectionsIn(99)).isZero();
        assertThat(collectionsIn(1)).isEqualTo(1);
        assertThat(collectionsIn(200)).isEqualTo(1);
        assertThat(collectionsIn(400 + 800 + 1_600)).isEqualTo(3);
        assertThat(collectionsIn(30_000)).isEqualTo(10); // Each five minutes, but not less.
        heap = 0.5;
        shedding.look();
        assertThat(shedding.isOn()).isFalse();
        heap = 0.95;
        assertThat(collectionsIn(50)).isEqualTo(1);
    }

    @Test
    void memoryOfThisProcess_isAShare() {
        assertThat(MemoryUse.real().direct()).isBetween(0.0, 1.0);
        assertThat(MemoryUse.real().heap()).isGreaterThan(0.0).isLessThan(1.0);
    }
}
