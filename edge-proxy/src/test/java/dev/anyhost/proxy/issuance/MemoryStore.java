package dev.anyhost.proxy.issuance;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.AccountResult;
import dev.anyhost.store.AcmeAccount;
import dev.anyhost.store.AcmeAccounts;
import dev.anyhost.store.ChallengeResult;
import dev.anyhost.store.PostedChallenge;
import dev.anyhost.store.PostedChallenges;
import dev.anyhost.store.StoreEffect;
import java.net.URI;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** The account and the challenges in memory, for tests that are about the authority. */
final class MemoryStore implements AcmeAccounts, PostedChallenges {

    private final AtomicReference<Optional<KeyPair>> key = new AtomicReference<>(Optional.empty());
    private final Map<String, URI> urls = new ConcurrentHashMap<>();
    private final Map<Hostname, PostedChallenge> posted = new ConcurrentHashMap<>();
    private volatile boolean reachable = true;

    void setReachable(boolean reachable) {
        this.reachable = reachable;
    }

    Map<String, URI> urls() {
        return urls;
    }

    @Override
    public AccountResult find(String issuer) {
        if (!reachable) {
            return new AccountResult.Unreachable("scripted");
        }
        return key.get()
                .<AccountResult>map(
                        keys -> new AccountResult.Found(new AcmeAccount(keys, Optional.ofNullable(urls.get(issuer)))))
                .orElseGet(AccountResult.Absent::new);
    }

    @Override
    public AccountResult createIfAbsent(String issuer, KeyPair candidate) {
        key.compareAndSet(Optional.empty(), Optional.of(candidate));
        return find(issuer);
    }

    @Override
    public StoreEffect recordUrl(String issuer, URI url) {
        urls.put(issuer, url);
        return new StoreEffect.Done();
    }

    @Override
    public StoreEffect post(Hostname hostname, String keyAuthorization, Instant expires) {
        if (!reachable) {
            return new StoreEffect.Unreachable("scripted");
        }
        posted.put(hostname, new PostedChallenge(hostname, keyAuthorization, expires));
        return new StoreEffect.Done();
    }

    @Override
    public ChallengeResult find(Hostname hostname) {
        return Optional.ofNullable(posted.get(hostname))
                .<ChallengeResult>map(ChallengeResult.Posted::new)
                .orElseGet(ChallengeResult.None::new);
    }

    @Override
    public StoreEffect withdraw(Hostname hostname, String keyAuthorization) {
        posted.computeIfPresent(
                hostname, (name, open) -> open.keyAuthorization().equals(keyAuthorization) ? null : open);
        return new StoreEffect.Done();
    }
}
