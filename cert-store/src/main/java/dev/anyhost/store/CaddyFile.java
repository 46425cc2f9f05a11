package dev.anyhost.store;

import dev.anyhost.store.encryption.Plaintext;

/** What Caddy's storage has under one key. */
public sealed interface CaddyFile {

    /** The file's bytes, which may be a private key's: to be closed when they were used. */
    record Content(Plaintext bytes) implements CaddyFile {}

    /** There is no such file. */
    record Absent() implements CaddyFile {}

    /** There is one that can't be read. */
    record Damaged(String reason) implements CaddyFile {}

    /** The storage gave no usable answer. */
    record Unreachable(String reason) implements CaddyFile {}
}
