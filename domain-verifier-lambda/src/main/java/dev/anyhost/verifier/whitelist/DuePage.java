package dev.anyhost.verifier.whitelist;

import java.time.Instant;
import java.util.Optional;

/**
 * Which of what is due in one part of the whitelist.
 *
 * @param shard from 0 to below {@link Whitelist#SHARDS}
 * @param now what is due later is left out
 * @param limit how many hostnames at most, from 1
 * @param after the {@code next} of the page before
 */
public record DuePage(int shard, Instant now, int limit, Optional<DueResult.Position> after) {}
