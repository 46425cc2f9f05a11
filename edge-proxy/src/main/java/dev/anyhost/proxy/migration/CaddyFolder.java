package dev.anyhost.proxy.migration;

import dev.anyhost.store.CaddyFile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
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
        return folders(
                        data.resolve(CaddyKey.ROOT),
                        issuer -> folders(issuer, place -> visitor.accept(key(place)))
                                .ifPresent(reason -> unreadable.accept(data.relativize(issuer) + "/", reason)))
                .map(reason -> data.resolve(CaddyKey.ROOT) + ": " + reason);
    }

    /** Said of every folder, whatever is in it: a folder without its chain is worth a line. */
    private String key(Path place) {
        return data.relativize(place) + "/" + place.getFileName() + CaddyKey.CHAIN;
    }

    /** Shows a folder's folders; why not all of them, if so. */
    private static Optional<String> folders(Path folder, Consumer<Path> visitor) {
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(folder, Files::isDirectory)) {
            inside.forEach(visitor);
            return Optional.empty();
        } catch (IOException unreadable) {
            return Optional.of(BoundedFile.reason(unreadable));
        } catch (DirectoryIteratorException broken) {
            return Optional.of(BoundedFile.reason(broken.getCause()));
        }
    }

    @Override
    public CaddyFile content(String key) {
        return BoundedFile.read(data.resolve(key));
    }
}
