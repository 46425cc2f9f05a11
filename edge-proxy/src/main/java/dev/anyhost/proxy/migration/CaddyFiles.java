package dev.anyhost.proxy.migration;

import dev.anyhost.store.CaddyFile;
import dev.anyhost.store.CaddyTable;
import dev.anyhost.store.StoreEffect;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Caddy's storage: files by keys that look like paths. */
interface CaddyFiles {

    /**
     * Shows the keys of all chains, and perhaps others.
     *
     * @param unreadable hears of places that couldn't be looked into, and why
     * @return why it ended early; empty when everything was shown
     */
    Optional<String> keys(Consumer<String> visitor, BiConsumer<String, String> unreadable) throws InterruptedException;

    /** Reads the file of a key that was shown, or of its neighbour. */
    CaddyFile content(String key) throws InterruptedException;

    /** Those in a DynamoDB table. */
    static CaddyFiles in(CaddyTable table) {
        return new CaddyFiles() {
            @Override
            public Optional<String> keys(Consumer<String> visitor, BiConsumer<String, String> unreadable)
                    throws InterruptedException {
                return switch (table.keys(visitor)) {
                    case StoreEffect.Done() -> Optional.empty();
                    case StoreEffect.Unreachable(String reason) -> Optional.of(reason);
                };
            }

            @Override
            public CaddyFile content(String key) throws InterruptedException {
                return table.content(key);
            }
        };
    }
}
