package dev.anyhost.proxy.migration;

import dev.anyhost.store.CaddyFile;
import dev.anyhost.store.encryption.Plaintext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads small regular files. */
final class BoundedFile {

    /** Far above any chain's size. */
    private static final int LONGEST = 256 * 1024;

    private BoundedFile() {}

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

    /** What is wrong, without the path: that is said by whoever asks. */
    static String reason(IOException unreadable) {
        return unreadable instanceof AccessDeniedException
                ? "may not be read"
                : "can't be read: " + unreadable.getClass().getSimpleName();
    }
}
