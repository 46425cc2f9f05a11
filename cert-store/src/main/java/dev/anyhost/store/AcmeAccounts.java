package dev.anyhost.store;

import java.net.URI;
import java.security.KeyPair;

/**
 * The ACME account that all proxies share: one key for all issuers, and the account's URL at each issuer. Every method
 * is safe for use by many threads and, apart from the first creation, one DynamoDB call.
 */
public interface AcmeAccounts {

    /**
     * The account key and the account's URL at one issuer: one strongly consistent GetItem.
     *
     * @param issuer the directory URL of the ACME server
     */
    AccountResult find(String issuer);

    /**
     * Stores a new account key, unless there is one: then that one is the answer. Store the key before registering it,
     * so that racing proxies register the same one.
     *
     * @param issuer the directory URL whose account URL the answer has, if it is known
     * @param candidate an EC P-256 key pair
     */
    AccountResult createIfAbsent(String issuer, KeyPair candidate);

    /**
     * Notes the URL that an issuer gave to the account. The last word counts: an issuer names one account for one key
     * (RFC 8555 section 7.3.1), so that racing proxies write the same, and a test CA that forgot its accounts can give a
     * new one.
     */
    StoreEffect recordUrl(String issuer, URI url);
}
