package dev.anyhost.benchmarks;

import java.util.Locale;

/**
 * What the checks of a day cost in us-east-1 by the list prices written here; look them up before you rely on the sum:
 * aws.amazon.com/dynamodb/pricing/on-demand, aws.amazon.com/lambda/pricing (arm64) and aws.amazon.com/eventbridge/pricing
 * (14 million invocations a month are free; they are counted all the same).
 *
 * @param reads read units of one check (4 KB, strongly consistent)
 * @param writes write units of one check (1 KB), its index entry included
 * @param perSecond checks that one function does in a second
 */
record CostOfADay(double reads, double writes, double perSecond) {

    private static final double READ_UNIT = 0.125 / 1e6;
    private static final double WRITE_UNIT = 0.625 / 1e6;
    private static final double LAMBDA_GB_SECOND = 0.0000133334;
    private static final double LAMBDA_CALL = 0.20 / 1e6;
    private static final double SCHEDULED = 1.00 / 1e6;
    private static final double GIGABYTES = 0.5;

    private static final double NAMES = 1_000_000;
    private static final double PARTS = 16;
    private static final double MINUTES = 1_440;
    private static final double ACTIVE_A_DAY = 24 / 12.5;
    private static final double GIVEN_UP_A_DAY = 1;
    private static final double WRONG_A_DAY = 6;

    /** Of a hundred names: what is served and right, what was never finished, what is being put right. */
    private static final double ACTIVE = 0.90;

    private static final double GIVEN_UP = 0.08;
    private static final double WRONG = 0.02;

    static double checks() {
        return NAMES * (ACTIVE * ACTIVE_A_DAY + GIVEN_UP * GIVEN_UP_A_DAY + WRONG * WRONG_A_DAY);
    }

    @Override
    public String toString() {
        double runs = PARTS * MINUTES;
        double table = checks() * (reads * READ_UNIT + writes * WRITE_UNIT);
        double lambda = checks() / perSecond * GIGABYTES * LAMBDA_GB_SECOND + runs * LAMBDA_CALL;
        double scheduler = runs * SCHEDULED;
        return String.format(
                Locale.ROOT,
                """
                A day at 1,000,000 names: 90 %% active (every 12 to 13.1 h), 8 %% given up (daily), 2 %% misconfigured (every \
                4 h): %,.0f checks, %.1f a second.
                table: checks × (%.2f reads × $0.125/M + %.2f writes × $0.625/M) = $%.2f
                functions: checks / %.0f a second × 0.5 GB × $0.0000133334 + %,.0f runs × $0.20/M = $%.2f
                scheduler: %,.0f messages × $1.00/M = $%.2f (within the free tier)
                together $%.2f a day
                """,
                checks(),
                checks() / 86_400,
                reads,
                writes,
                table,
                perSecond,
                runs,
                lambda,
                runs,
                scheduler,
                table + lambda + scheduler);
    }
}
