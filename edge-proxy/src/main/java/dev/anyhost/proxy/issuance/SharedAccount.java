package dev.anyhost.proxy.issuance;

import dev.anyhost.proxy.challenge.AccountThumbprint;
import dev.anyhost.proxy.issuance.AcmeSettings.ExternalAccount;
import dev.anyhost.store.AccountResult;
import dev.anyhost.store.AcmeAccount;
import dev.anyhost.store.AcmeAccounts;
import dev.anyhost.store.StoreEffect;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one ACME account of all instances, as it is at one authority. Its key is in the store before anybody registers it,
 * so that instances which start together register the same one; the authority is first needed at the first order. Any
 * thread may call any method.
 */
public final class SharedAccount {

    private static final Logger LOG = LoggerFactory.getLogger(SharedAccount.class);

    private final AcmeAccounts accounts;
    private final String directory;
    private final KeyPair key;
    private final AccountThumbprint thumbprint;
    private final ReentrantLock registering = new ReentrantLock();
    private volatile Optional<URI> url;

    private SharedAccount(AcmeAccounts accounts, String directory, AcmeAccount account, ECPublicKey publicKey) {
        this.accounts = accounts;
        this.directory = directory;
        this.key = account.key();
        this.thumbprint = AccountThumbprint.of(publicKey);
        this.url = account.url();
    }

    /** Whether the account can be used. */
    public sealed interface Loading {

        record Loaded(SharedAccount account) implements Loading {}

        /** Not now; a later try may work. */
        record NotReady(String reason) implements Loading {}
    }

    /**
     * Loads the account from the store, with a new key if there is none yet. Blocks for one or two store calls.
     *
     * @param directory the authority's directory URL
     */
    public static Loading load(AcmeAccounts accounts, URI directory) {
        String issuer = directory.toString();
        AccountResult found = accounts.find(issuer);
        AccountResult account =
                found instanceof AccountResult.Absent ? accounts.createIfAbsent(issuer, P256.newKeyPair()) : found;
        return switch (account) {
            case AccountResult.Found(AcmeAccount usable) -> loaded(accounts, issuer, usable);
            case AccountResult.Absent() -> new Loading.NotReady("account key: absent after it was created");
            case AccountResult.Damaged(String reason) -> new Loading.NotReady("account key: damaged: " + reason);
            case AccountResult.KeyUnavailable(String keyId, String reason) ->
                new Loading.NotReady("account key: encrypted with " + keyId + ": " + reason);
            case AccountResult.Unreachable(String reason) ->
                new Loading.NotReady("account key: store unreachable: " + reason);
        };
    }

    private static Loading loaded(AcmeAccounts accounts, String issuer, AcmeAccount account) {
        return account.key().getPublic() instanceof ECPublicKey publicKey
                ? new Loading.Loaded(new SharedAccount(accounts, issuer, account, publicKey))
                : new Loading.NotReady("account key: not an EC key");
    }

    /** What http-01 answers end with. */
    public AccountThumbprint thumbprint() {
        return thumbprint;
    }

    String directory() {
        return directory;
    }

    /**
     * What an authority is told when the account is registered.
     *
     * @param externalAccount for an authority that has customers of its own
     */
    record Registration(URI contact, Optional<ExternalAccount> externalAccount) {}

    /** Empty until it is registered. */
    public Optional<URI> url() {
        return url;
    }

    /** Logs in, and registers the account first where that wasn't done yet. */
    Login login(Session session, Registration registration) throws AcmeException {
        Optional<URI> known = url;
        if (known.isPresent()) {
            return session.login(url(known.get()), key);
        }
        registering.lock();
        try {
            Optional<URI> meanwhile = url;
            return meanwhile.isPresent() ? session.login(url(meanwhile.get()), key) : register(session, registration);
        } finally {
            registering.unlock();
        }
    }

    /** newAccount with a key that is known gives the account that it has (RFC 8555 section 7.3.1). */
    private Login register(Session session, Registration registration) throws AcmeException {
        var account = new AccountBuilder()
                .useKeyPair(key)
                .addContact(registration.contact())
                .agreeToTermsOfService();
        registration.externalAccount().ifPresent(known -> account.withKeyIdentifier(known.keyId(), known.macKey()));
        Login login = account.createLogin(session);
        URI given = URI.create(login.getAccountLocation().toString());
        url = Optional.of(given);
        LOG.atInfo()
                .addKeyValue("issuer", directory)
                .addKeyValue("account", given)
                .log("account registered");
        if (accounts.recordUrl(directory, given) instanceof StoreEffect.Unreachable(String reason)) {
            LOG.atWarn()
                    .addKeyValue("issuer", directory)
                    .addKeyValue("reason", reason)
                    .log("account URL not stored");
        }
        return login;
    }

    /** The authority doesn't know this login's account any more: the next login registers it again. */
    void forget(Login login) {
        registering.lock();
        try {
            url = url.filter(
                    known -> !known.toString().equals(login.getAccountLocation().toString()));
        } finally {
            registering.unlock();
        }
    }

    private static URL url(URI account) {
        try {
            return account.toURL();
        } catch (MalformedURLException | IllegalArgumentException damaged) {
            throw new AcmeProtocolException("unusable account URL: " + account, damaged);
        }
    }

    /** Leaves the key out. */
    @Override
    public String toString() {
        return "SharedAccount[" + directory + "]";
    }
}
