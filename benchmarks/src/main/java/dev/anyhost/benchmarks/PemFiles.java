package dev.anyhost.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One certificate for all: ours obtained it, the peers read it from files.
 *
 * @param chain leaf first
 * @param key PKCS#8, P-256
 */
record PemFiles(Path chain, Path key) {

    /** Both in one file, as HAProxy wants it. */
    Path together() throws IOException {
        return Files.writeString(chain.resolveSibling("together.pem"), Files.readString(chain) + Files.readString(key));
    }
}
