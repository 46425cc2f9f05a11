package dev.anyhost.store;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * What certificate authorities let all instances together order: shared token buckets in the home region. Methods block for
 * one DynamoDB call, or a few while others take from the same buckets, and are safe for use by many threads.
 */
public interface OrderBudgets {

    /** The bucket that counts every order of the account. */
    String ORDERS = "orders";

    /** The bucket that counts the certificates of one registered domain. */
    static String domain(String registeredDomain) {
        return "domain#" + registeredDomain;
    }

    /**
     * What is to be taken from one bucket.
     *
     * @param bucket its name, unique at its authority
     * @param leaving how many tokens must be left over, for those who need them more; less than there can be
     * @param taking false when it is enough that there is a token
     */
    record Draw(String bucket, TokenLimit limit, int leaving, boolean taking) {

        public Draw {
            if (leaving < 0 || leaving >= limit.capacity()) {
                throw new IllegalArgumentException(
                        "leaving: " + leaving + " (expected: from 0 to " + (limit.capacity() - 1) + ")");
            }
        }
    }

    /** How it ended. */
    sealed interface DrawResult {

        /** One token of each. */
        record Drawn() implements DrawResult {}

        /**
         * Nothing was taken: there are too few in this one.
         *
         * @param availableAt when there will be enough, if nobody else takes them
         */
        record Spent(String bucket, Instant availableAt) implements DrawResult {}

        /** Nothing was taken: the authority wants no orders before {@code until}. */
        record Paused(Instant until, String problem) implements DrawResult {}

        /** The store gave no usable answer in time; something may have been taken. */
        record Unreachable(String reason) implements DrawResult {}
    }

    /**
     * Takes one token from each bucket, or from none.
     *
     * @param issuer the directory URL of the ACME server
     * @param draws not empty
     */
    DrawResult draw(String issuer, List<Draw> draws);

    /** Counts what has happened already: takes a token of each bucket even if there is none. */
    StoreEffect charge(String issuer, List<Draw> draws);

    /** Gives back what wasn't used. A bucket that is full meanwhile stays as it is. */
    StoreEffect giveBack(String issuer, List<Draw> draws);

    /** A bucket that isn't full, or wasn't a short while ago. */
    record BucketState(String bucket, Instant fullAt) {}

    /**
     * All buckets of an authority whose names begin so, in the order of their names: one call for about 10,000.
     *
     * @param prefix not empty
     */
    StoreEffect list(String issuer, String prefix, Consumer<BucketState> visitor);
}
