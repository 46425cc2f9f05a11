package dev.anyhost.proxy.issuance;

import static dev.anyhost.proxy.challenge.ChallengeType.HTTP_01;
import static dev.anyhost.proxy.challenge.ChallengeType.TLS_ALPN_01;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.ChallengeBoard;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Cause;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Unavailable;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** Attempts at a scripted authority, with the store in memory; pauses pass on a clock of their own. */
final class ScriptedAttempt implements AutoCloseable {

    static final Instant NOW = Instant.parse("2026-11-21T05:00:00.250Z");
    static final Hostname SHOP = Hostname.parse("shop.example").orElseThrow();

    final ScriptedAuthority authority = ScriptedAuthority.start();
    final MemoryStore store = new MemoryStore();
    final List<URI> recorded = new ArrayList<>();
    final List<Duration> pauses = new ArrayList<>();
    final AtomicLong nanos = new AtomicLong();
    Optional<AcmeSettings.ExternalAccount> externalAccount = Optional.empty();
    AcmeSettings.Wishes wishes = AcmeSettings.Wishes.NONE;

    IssuanceOutcome issue() {
        return issue(SHOP, HTTP_01, Optional.empty());
    }

    IssuanceOutcome issue(Hostname hostname, ChallengeType type, Optional<URI> order) {
        return issue(hostname, type, order, () -> false);
    }

    IssuanceOutcome issue(Hostname hostname, ChallengeType type, Optional<URI> order, BooleanSupplier stopped) {
        try (AcmeIssuer issuer = issuer(authority.directory())) {
            return issuer.issue(new IssuanceRequest(
                    hostname, type, order, Optional.empty(), _ -> new Permit.Granted(), recorded::add, stopped));
        }
    }

    /** The store goes away after the account was loaded. */
    IssuanceOutcome issueWithoutStore(ChallengeType type) {
        try (AcmeIssuer issuer = issuer(authority.directory())) {
            store.setReachable(false);
            return issuer.issue(new IssuanceRequest(
                    SHOP,
                    type,
                    Optional.empty(),
                    Optional.empty(),
                    _ -> new Permit.Granted(),
                    recorded::add,
                    () -> false));
        }
    }

    IssuanceOutcome issueLosingTheLeaseOverThePermit() {
        var lost = new AtomicBoolean();
        try (AcmeIssuer issuer = issuer(authority.directory())) {
            return issuer.issue(new IssuanceRequest(
                    SHOP,
                    HTTP_01,
                    Optional.empty(),
                    Optional.empty(),
                    _ -> {
                        lost.set(true);
                        return new Permit.Granted();
                    },
                    recorded::add,
                    lost::get));
        }
    }

    IssuanceOutcome issueAt(URI directory) {
        try (AcmeIssuer issuer = issuer(directory)) {
            return issuer.issue(new IssuanceRequest(
                    SHOP,
                    HTTP_01,
                    Optional.empty(),
                    Optional.empty(),
                    _ -> new Permit.Granted(),
                    recorded::add,
                    () -> false));
        }
    }

    private AcmeIssuer issuer(URI directory) {
        var settings = new AcmeSettings(
                directory,
                "ops@example.com",
                Optional.empty(),
                List.of(HTTP_01, TLS_ALPN_01),
                externalAccount,
                wishes,
                OrderLimits.NONE,
                new AcmeSettings.TimeLimits(Duration.ofSeconds(1), AcmeSettings.TimeLimits.USUAL.order()));
        InstantSource clock = InstantSource.fixed(NOW);
        var time = new IssuanceTime(clock, nanos::get, this::pass);
        var board = new ChallengeBoard(store, clock);
        if (SharedAccount.load(store, directory) instanceof SharedAccount.Loading.Loaded(SharedAccount account)
                && DirectoryTrust.reading(Optional.empty()) instanceof DirectoryTrust.Trusting(var tls)) {
            return new AcmeIssuer(settings, tls, account, board, time);
        }
        throw new AssertionError("no account");
    }

    static Cause causeOf(IssuanceOutcome outcome) {
        assertThat(outcome).isInstanceOf(Unavailable.class);
        return ((Unavailable) outcome).cause();
    }

    private void pass(Duration duration) {
        pauses.add(duration);
        nanos.addAndGet(duration.toNanos());
    }

    @Override
    public void close() {
        authority.close();
    }
}
