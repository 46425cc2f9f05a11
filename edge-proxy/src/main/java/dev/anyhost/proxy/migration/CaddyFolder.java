package dev.anyhost.proxy.migration;

import dev.anyhost.store.CaddyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Caddy's storage in its data folder.
 *
 * @param data the folder with {@code certificates} in it
 */
record CaddyFolder(Path data) implements CaddyFiles {

    /** What is wrong with the folder; empty when nothing is. */
    Optional<String> problem() {
        return Files.isDirectory(data.resolve(CaddyKey.ROOT))
                ? Optional.empty()
                : Optional.of(data + " (expected: Caddy's data folder, with " + CaddyKey.ROOT + " in it)");
    }

    @Override
    public Optional<String> keys(Consumer<String> visitor, BiConsumer<String, String> unreadable) {
        return LocalFiles.folders(
                        data.resolve(CaddyKey.ROOT),
                        issuer -> LocalFiles.folders(issuer, place -> visitor.accept(key(place)))
                                .ifPresent(reason -> unreadable.accept(data.relativize(issuer) + "/", reason)))
                .map(reason -> data.resolve(CaddyKey.ROOT) + ": " + reason);
    }

    /** Said of every folder, whatever is in it: a folder without its chain is worth a line. */
    private String key(Path place) {
        return data.relativize(place) + "/" + place.getFileName() + CaddyKey.CHAIN;
    }

    @Override
    public CaddyFile content(String key) {
        return LocalFiles.read(data.resolve(key));
    }
}
