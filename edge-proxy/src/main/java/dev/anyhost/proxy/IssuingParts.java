package dev.anyhost.proxy;

import dev.anyhost.proxy.challenge.ChallengeBoard;
import dev.anyhost.proxy.challenge.Http01Answers;
import dev.anyhost.proxy.issuance.AcmeIssuer;
import dev.anyhost.proxy.issuance.AcmeSettings;
import dev.anyhost.proxy.issuance.Authority;
import dev.anyhost.proxy.issuance.AuthorityBudget;
import dev.anyhost.proxy.issuance.ChallengeChoice;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.issuance.Issuer;
import dev.anyhost.proxy.issuance.SharedAccount;
import dev.anyhost.proxy.ops.Health;
import dev.anyhost.proxy.ops.Metrics;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.TablesCheck;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is there only after tables, canary and account key were seen once: until then this process isn't ready, orders
 * nothing and answers no challenge. It tries until it succeeds.
 */
final class IssuingParts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(IssuingParts.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final String PART = "store";

    private final CertificateTables tables;
    private final List<Configured> configured;
    private final ChallengeBoard board;
    private final IssuanceTime time;
    private volatile @Nullable Opened opened;

    /** An authority before its account was seen. */
    record Configured(AcmeSettings acme, SSLContext directoryTls, AuthorityBudget budget) {}

    /** @param accounts by directory */
    private record Opened(
            List<AcmeIssuer> issuers,
            List<Authority> authorities,
            Map<String, SharedAccount> accounts,
            Http01Answers http01) {}

    /** @param configured not empty */
    IssuingParts(CertificateTables tables, List<Configured> configured, ChallengeBoard board, IssuanceTime time) {
        this.tables = tables;
        this.configured = List.copyOf(configured);
        this.board = board;
        this.time = time;
    }

    /** Blocks until everything was seen or the thread is interrupted. */
    void open(Health health, Metrics metrics) {
        health.raise(PART, "tables, keys and account not seen yet");
        try {
            while (!hasOpened(health, metrics)) {
                time.pause().pause(RETRY);
            }
            health.clear(PART);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean hasOpened(Health health, Metrics metrics) {
        if (tables.check() instanceof TablesCheck.NotReady(String reason)) {
            return notYet(health, reason);
        }
        List<AcmeIssuer> issuers = new ArrayList<>();
        List<Authority> authorities = new ArrayList<>();
        Map<String, SharedAccount> accounts = new HashMap<>();
        Optional<Http01Answers> http01 = Optional.empty();
        for (Configured one : configured) {
            switch (SharedAccount.load(tables.accounts(), one.acme().directory())) {
                case SharedAccount.Loading.NotReady(String reason) -> {
                    issuers.forEach(AcmeIssuer::close);
                    return notYet(health, reason);
                }
                case SharedAccount.Loading.Loaded(SharedAccount account) -> {
                    var issuer = new AcmeIssuer(one.acme(), one.directoryTls(), account, board, time);
                    issuers.add(issuer);
                    accounts.put(one.acme().directory().toString(), account);
                    authorities.add(new Authority(
                            new MeteredIssuer(issuer, metrics, time.nanos(), tables::isHomeAway),
                            one.budget(),
                            new ChallengeChoice(one.acme().challenges())));
                    // The key, and so the answer, is the same at every authority.
                    http01 = Optional.of(new Http01Answers(account.thumbprint()));
                }
            }
        }
        opened = new Opened(List.copyOf(issuers), List.copyOf(authorities), Map.copyOf(accounts), http01.orElseThrow());
        return true;
    }

    private static boolean notYet(Health health, String reason) {
        health.raise(PART, reason);
        LOG.atWarn().addKeyValue("reason", reason).log("not ready");
        return false;
    }

    /** The first to be asked first; empty until everything was seen. */
    List<Authority> authorities() {
        return Optional.ofNullable(opened).map(Opened::authorities).orElse(List.of());
    }

    List<Issuer> issuers() {
        return authorities().stream().map(Authority::issuer).toList();
    }

    Optional<Http01Answers> http01() {
        return Optional.ofNullable(opened).map(Opened::http01);
    }

    /** The account's URL at the authority of a directory; empty until it is registered there. */
    Optional<String> account(String directory) {
        return Optional.ofNullable(opened)
                .flatMap(seen -> Optional.ofNullable(seen.accounts().get(directory)))
                .flatMap(SharedAccount::url)
                .map(URI::toString);
    }

    @Override
    public void close() {
        Optional.ofNullable(opened).map(Opened::issuers).orElse(List.of()).forEach(AcmeIssuer::close);
    }
}
