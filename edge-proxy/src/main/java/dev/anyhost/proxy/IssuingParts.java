package dev.anyhost.proxy;

import dev.anyhost.proxy.challenge.ChallengeBoard;
import dev.anyhost.proxy.challenge.Http01Answers;
import dev.anyhost.proxy.issuance.AcmeIssuer;
import dev.anyhost.proxy.issuance.AcmeSettings;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.issuance.Issuer;
import dev.anyhost.proxy.issuance.SharedAccount;
import dev.anyhost.proxy.ops.Health;
import dev.anyhost.proxy.ops.Metrics;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.TablesCheck;
import java.time.Duration;
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
    private final AcmeSettings acme;
    private final SSLContext directoryTls;
    private final ChallengeBoard board;
    private final IssuanceTime time;
    private volatile @Nullable Parts parts;

    private record Parts(AcmeIssuer issuer, Issuer metered, Http01Answers http01) {}

    IssuingParts(
            CertificateTables tables,
            AcmeSettings acme,
            SSLContext directoryTls,
            ChallengeBoard board,
            IssuanceTime time) {
        this.tables = tables;
        this.acme = acme;
        this.directoryTls = directoryTls;
        this.board = board;
        this.time = time;
    }

    /** Blocks until everything was seen or the thread is interrupted. */
    void open(Health health, Metrics metrics) {
        health.raise(PART, "tables, keys and account not seen yet");
        try {
            while (!opened(health, metrics)) {
                time.pause().pause(RETRY);
            }
            health.clear(PART);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean opened(Health health, Metrics metrics) {
        if (tables.check() instanceof TablesCheck.NotReady(String reason)) {
            return notYet(health, reason);
        }
        return switch (SharedAccount.load(tables.accounts(), acme.directory())) {
            case SharedAccount.Loading.NotReady(String reason) -> notYet(health, reason);
            case SharedAccount.Loading.Loaded(SharedAccount account) -> {
                var issuer = new AcmeIssuer(acme, directoryTls, account, board, time);
                parts = new Parts(
                        issuer,
                        new MeteredIssuer(issuer, metrics, time.nanos()),
                        new Http01Answers(account.thumbprint()));
                yield true;
            }
        };
    }

    private static boolean notYet(Health health, String reason) {
        health.raise(PART, reason);
        LOG.atWarn().addKeyValue("reason", reason).log("not ready");
        return false;
    }

    Optional<Issuer> issuer() {
        return Optional.ofNullable(parts).map(Parts::metered);
    }

    Optional<Http01Answers> http01() {
        return Optional.ofNullable(parts).map(Parts::http01);
    }

    @Override
    public void close() {
        Parts opened = parts;
        if (opened != null) {
            opened.issuer().close();
        }
    }
}
