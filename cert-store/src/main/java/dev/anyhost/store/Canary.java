package dev.anyhost.store;

import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.store.encryption.Plaintext;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * A row that is encrypted only to be decrypted before a proxy is ready: with a mistyped key every stored certificate
 * would look like one that can't be used, and a proxy that went on would order them all again.
 */
final class Canary {

    private static final byte[] SONG = "anyhost".getBytes(StandardCharsets.US_ASCII);

    private final SealedRow row;
    private final SealedRow account;

    Canary(DynamoTable coordination, Optional<HomeCopies> copies, KeyEncryption keys) {
        this.row = new SealedRow(coordination, copies, keys, CoordinationKey.CANARY, "anyhost canary");
        this.account = DynamoAccounts.row(coordination, Optional.empty(), keys);
    }

    /** Why the configured keys aren't this store's; empty when they are. */
    Optional<String> problem() {
        SealedRow.Content content = row.read();
        if (content instanceof SealedRow.Content.Absent) {
            try (Plaintext song = new Plaintext(SONG.clone())) {
                content = row.createIfAbsent(song, Map.of());
            }
        }
        return switch (content) {
            case SealedRow.Content.Opened opened -> heard(opened);
            case SealedRow.Content.Absent() -> Optional.of(prefix() + "it vanished while it was read");
            case SealedRow.Content.Damaged(String reason, var _) -> Optional.of(prefix() + reason);
            case SealedRow.Content.KeyUnavailable(String keyId, String reason) ->
                Optional.of(prefix() + "key " + keyId + ": " + reason);
            case SealedRow.Content.Unreachable(String reason) -> Optional.of(reason);
        };
    }

    private Optional<String> heard(SealedRow.Content.Opened opened) {
        try (Plaintext song = opened.secret()) {
            if (!Arrays.equals(song.bytes(), SONG)) {
                return Optional.of(prefix() + "it holds something else");
            }
            if (row.isUnderFormerKey(opened)) {
                // The account first: as long as the canary is under the former key, the next start comes here again.
                encryptAccountAnew();
                row.encryptAnew(opened);
            }
            return Optional.empty();
        }
    }

    private void encryptAccountAnew() {
        if (account.read() instanceof SealedRow.Content.Opened opened) {
            try (Plaintext _ = opened.secret()) {
                if (account.isUnderFormerKey(opened)) {
                    account.encryptAnew(opened);
                }
            }
        }
    }

    private String prefix() {
        return "table " + row.table().name() + ": the key canary can't be decrypted: ";
    }
}
