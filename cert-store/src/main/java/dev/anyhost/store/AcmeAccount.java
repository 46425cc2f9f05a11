package dev.anyhost.store;

import java.net.URI;
import java.security.KeyPair;
import java.util.Optional;

/**
 * The one account key, and what one issuer calls the account.
 *
 * @param key signs all requests to all issuers; its thumbprint is in every key authorization (RFC 8555 section 8.1)
 * @param url the account's URL at the issuer that was asked for (RFC 8555 section 7.3); empty until it was recorded
 */
public record AcmeAccount(KeyPair key, Optional<URI> url) {

    /** Leaves the key out. */
    @Override
    public String toString() {
        return "AcmeAccount[" + url.map(URI::toString).orElse("no URL yet") + "]";
    }
}
