package dev.anyhost.proxy.migration;

import dev.anyhost.store.StoredCertificate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes certificates as files for their owner's eyes only. A pair appears as a whole, by renaming its folder: nobody
 * sees one certificate with another's key. Where it replaces another pair, there is none for a moment.
 *
 * @param folder the folder of {@code HOST/fullchain.pem} and {@code HOST/privkey.pem}; made when it is missing
 * @param replacing whether other pairs may be replaced; never what else is in a hostname's folder
 */
public record PemExport(Path folder, boolean replacing) {

    private static final FileAttribute<?> OWNER_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> OWNER_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<String> FILES = Set.of(PemFolder.CHAIN, PemFolder.KEY);

    /** What is wrong with the folder, which is made if it can be; empty when nothing is. */
    public Optional<String> problem() {
        try {
            Files.createDirectories(folder, OWNER_FOLDER);
            return Optional.empty();
        } catch (IOException refused) {
            return Optional.of(folder + " (expected: a folder, or where one can be made)");
        }
    }

    /** Writes one. */
    public ExportOutcome write(StoredCertificate certificate) {
        Path place = folder.resolve(certificate.hostname().value());
        try (PemPair pair = PemPair.of(certificate)) {
            if (pair.isIn(place)) {
                return new ExportOutcome.Unchanged(place);
            }
            Optional<String> refusal = refusal(place);
            if (refusal.isPresent()) {
                return new ExportOutcome.Failed(place + ": " + refusal.get());
            }
            replace(place, pair);
            return new ExportOutcome.Written(place);
        } catch (IOException failed) {
            return new ExportOutcome.Failed(
                    place + ": can't be written: " + failed.getClass().getSimpleName());
        }
    }

    private Optional<String> refusal(Path place) throws IOException {
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        if (!replacing) {
            return Optional.of("there already (--force replaces it)");
        }
        if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of("there already, and no folder");
        }
        try (Stream<Path> inside = Files.list(place)) {
            return inside.anyMatch(file -> !FILES.contains(String.valueOf(file.getFileName())))
                    ? Optional.of("other files are in it")
                    : Optional.empty();
        }
    }

    private void replace(Path place, PemPair pair) throws IOException {
        Path next = Files.createTempDirectory(folder, ".new-", OWNER_FOLDER);
        try {
            write(next.resolve(PemFolder.KEY), pair.key().bytes());
            write(next.resolve(PemFolder.CHAIN), pair.chain());
            swap(place, next);
        } finally {
            delete(next);
        }
    }

    /** Afterwards the new pair is in its place, or all is as it was. */
    private void swap(Path place, Path next) throws IOException {
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            Files.move(next, place, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        Path old = Files.createTempDirectory(folder, ".old-", OWNER_FOLDER);
        Files.move(place, old, StandardCopyOption.ATOMIC_MOVE);
        try {
            Files.move(next, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            Files.move(old, place, StandardCopyOption.ATOMIC_MOVE);
            throw failed;
        }
        delete(old);
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Set<StandardOpenOption> fresh = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel out = FileChannel.open(file, fresh, OWNER_FILE)) {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                out.write(left);
            }
            out.force(true);
        }
    }

    /** A folder of a pair. */
    private static void delete(Path pair) throws IOException {
        for (String file : FILES) {
            Files.deleteIfExists(pair.resolve(file));
        }
        Files.deleteIfExists(pair);
    }
}
