package dev.anyhost.store;

import java.time.Instant;
import java.util.List;

/**
 * Who looks after which part of the certificates, so that instances share the work and one's part is taken over when it
 * dies. It saves work and protects nothing: what keeps two instances from ordering for one hostname is that name's
 * {@linkplain IssuanceLeases lease}. Every method is one DynamoDB call of at most 1.5 seconds.
 */
public interface PartLeases {

    /** All parts. */
    List<String> PARTS = Shards.ALL;

    /** How all parts stand: one strongly consistent query. */
    PartsResult look();

    /** Takes a part over from the state that was seen: from nobody, or from a holder that showed no sign of life. */
    PartClaim claim(PartState seen, String owner);

    /** Shows a sign of life; false when the part was lost, or may have been. */
    boolean renew(PartLease lease);

    /** Gives a part back. Nothing happens to a lost one. */
    StoreEffect release(PartLease lease, Instant next);

    /**
     * A part as it was seen.
     *
     * @param owner who has it or had it last; empty when nobody ever did
     * @param token counts its holders
     * @param renewal counts the present holder's signs of life
     * @param next when it is to be gone through next, if nobody has it
     */
    record PartState(String part, boolean held, String owner, long token, long renewal, Instant next) {}

    /** The right to look after a part. */
    record PartLease(String part, String owner, long token) {}

    /** How the parts stand. */
    sealed interface PartsResult {

        /** All of them. */
        record Parts(List<PartState> states) implements PartsResult {

            public Parts {
                states = List.copyOf(states);
            }
        }

        /** The table couldn't be asked. */
        record Unreachable(String reason) implements PartsResult {}
    }

    /** How a claim ended. */
    sealed interface PartClaim {

        record Claimed(PartLease lease) implements PartClaim {}

        /** It isn't as it was seen any more. */
        record Raced() implements PartClaim {}

        /** Whether it was claimed isn't known; without a sign of life it will be anybody's. */
        record Unreachable(String reason) implements PartClaim {}
    }
}
