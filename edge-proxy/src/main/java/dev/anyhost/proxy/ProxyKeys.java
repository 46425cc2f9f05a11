package dev.anyhost.proxy;

import dev.anyhost.store.encryption.KeyEncryption;
import java.util.List;

/** The keys that encrypt what is stored. */
final class ProxyKeys {

    private ProxyKeys() {}

    /** The configured keys; the configuration was read with the same call, so they are usable. */
    static KeyEncryption of(ProxyConfig config) {
        return switch (KeyEncryption.of(
                config.store().keyEncryption(), config.store().base())) {
            case KeyEncryption.Configured.Usable(KeyEncryption encryption) -> encryption;
            case KeyEncryption.Configured.Unusable(List<KeyEncryption.Mistake> mistakes) ->
                throw new IllegalStateException("store.key-encryption: " + mistakes);
        };
    }
}
