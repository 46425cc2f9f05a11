package dev.anyhost.proxy;

import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.ops.Metrics;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.encryption.KeyEncryption;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The certificate store, opened on a thread of its own while the rest of a start goes on: the database's client alone is a
 * sixth of the start's way to open listeners. No call is made yet.
 */
final class StoreOpening implements AutoCloseable {

    private final FutureTask<Opened> opening;

    private record Opened(KeyEncryption keys, CertificateTables tables) {}

    private StoreOpening(FutureTask<Opened> opening) {
        this.opening = opening;
    }

    static StoreOpening begin(ProxyConfig config, IssuanceTime time, Metrics metrics) {
        var opening = new StoreOpening(new FutureTask<>(() -> open(config, time, metrics)));
        Thread.ofPlatform().name("store").daemon().start(opening.opening);
        return opening;
    }

    private static Opened open(ProxyConfig config, IssuanceTime time, Metrics metrics) {
        KeyEncryption keys = ProxyKeys.of(config);
        return new Opened(
                keys,
                CertificateTables.open(
                        config.store().tables(),
                        keys,
                        time.clock(),
                        (operation, outcome) ->
                                metrics.storeCalled(operation, outcome.name().toLowerCase(Locale.ROOT))));
    }

    /**
     * Waits for it.
     *
     * @throws IllegalStateException when it can't be opened
     */
    CertificateTables tables() {
        try {
            return opening.get().tables();
        } catch (ExecutionException failed) {
            Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
            throw new IllegalStateException(cause.getMessage(), cause);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while it started", stopped);
        }
    }

    @Override
    public void close() throws InterruptedException {
        try (KeyEncryption _ = opening.get().keys()) {
            opening.get().tables().close();
        } catch (ExecutionException nothingOpened) {
            // Whoever waited for it has heard why.
        }
    }
}
