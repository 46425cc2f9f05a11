package dev.anyhost.proxy.migration;

import dev.anyhost.store.CaddyFile;
import dev.anyhost.store.encryption.Plaintext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Looks into folders and reads small regular files. Failures are told without the path: who asks says that. */
final class LocalFiles {

    /** Far above any chain's size. */
    private static final int LONGEST = 256 * 1024;

    private LocalFiles() {}

    static CaddyFile read(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return new CaddyFile.Damaged("not a file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LONGEST + 1);
            return bytes.length > LONGEST
                    ? new CaddyFile.Damaged("larger than " + LONGEST + " bytes")
                    : new CaddyFile.Content(new Plaintext(bytes));
        } catch (NoSuchFileException none) {
            return new CaddyFile.Absent();
        } catch (IOException unreadable) {
            return new CaddyFile.Damaged(reason(unreadable));
        }
    }

    /** Shows a folder's folders; why not all of them, if so. */
    static Optional<String> folders(Path folder, Consumer<Path> visitor) {
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(folder, Files::isDirectory)) {
            inside.forEach(visitor);
            return Optional.empty();
        } catch (IOException unreadable) {
            return Optional.of(reason(unreadable));
        } catch (DirectoryIteratorException broken) {
            return Optional.of(reason(broken));
        }
    }

    private static String reason(Exception unreadable) {
        return unreadable instanceof AccessDeniedException
                ? "may not be read"
                : "can't be read: " + unreadable.getClass().getSimpleName();
    }
}
