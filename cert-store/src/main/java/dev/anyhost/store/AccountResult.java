package dev.anyhost.store;

/** What the store has of the account. */
public sealed interface AccountResult {

    /** The account key, with the URL of the issuer that was asked for. */
    record Found(AcmeAccount account) implements AccountResult {}

    /** There is no account key yet. */
    record Absent() implements AccountResult {}

    /** The row can't be used although its key is known. It isn't replaced: a new key would be a new account. */
    record Damaged(String reason) implements AccountResult {}

    /** The row's key isn't configured here, or the key service fails. */
    record KeyUnavailable(String keyId, String reason) implements AccountResult {}

    /** The store gave no usable answer in time. */
    record Unreachable(String reason) implements AccountResult {}
}
