package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.util.List;
import java.util.stream.IntStream;

/** Parts that indexes are split into, so that no part of an index takes all the writes. */
final class Shards {

    /** Sixteen take 16,000 writes a second; the number is part of what is stored. */
    static final List<String> ALL =
            IntStream.range(0, 16).mapToObj("%02d"::formatted).toList();

    private Shards() {}

    /** A hostname's part, the same in every release. */
    static String of(Hostname hostname) {
        return ALL.get(Math.floorMod(hostname.value().hashCode(), ALL.size()));
    }
}
