package dev.anyhost.benchmarks;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.Lease;
import dev.anyhost.store.NewCertificate;
import dev.anyhost.store.StoreSettings;
import dev.anyhost.store.WriteResult;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.testkit.ServerIdentity;
import dev.anyhost.testkit.TestCa;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** Certificates of a test CA in a proxy's tables, each with its own key, as if the proxy had ordered them. */
final class StoredNames {

    private static final InstantSource CLOCK = InstantSource.system();
    private static final int WRITERS = 8;
    private static final String TENANT = "customer";

    private final TestCa ca = TestCa.create("benchmark");
    private final Surroundings around;

    /** A proxy must have made the tables and have the key that is in {@code around}'s folder. */
    StoredNames(Surroundings around) {
        this.around = around;
    }

    static String hostname(int number) {
        return "www.shop-" + number + ".example";
    }

    /** Stores the certificates of so many names, which are allowed from then on. */
    void fill(int from, int to) throws InterruptedException {
        AtomicReference<String> failure = new AtomicReference<>("");
        try (KeyEncryption keys = keys();
                var tables = CertificateTables.open(settings(), keys, CLOCK);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var room = new Semaphore(WRITERS);
            for (int number = from; number < to; number++) {
                Hostname hostname = Hostname.parse(hostname(number)).orElseThrow();
                around.allow(hostname);
                room.acquire();
                threads.execute(() -> {
                    WriteResult written = tables.certificates().put(certificate(hostname), 0, lease(hostname));
                    if (!(written instanceof WriteResult.Written)) {
                        failure.compareAndSet("", hostname + ": " + written);
                    }
                    room.release();
                });
            }
        }
        if (!failure.get().isEmpty()) {
            throw new IllegalStateException(failure.get());
        }
    }

    private NewCertificate certificate(Hostname hostname) {
        Instant now = CLOCK.instant();
        ServerIdentity identity =
                ca.issue(List.of(hostname.value()), now.minus(Duration.ofHours(1)), now.plus(Duration.ofDays(60)));
        List<X509Certificate> chain = Stream.concat(identity.chain().stream(), Stream.of(ca.root()))
                .distinct()
                .toList();
        return new NewCertificate(
                hostname,
                chain,
                identity.privateKey(),
                around.ca().directory().toString(),
                LastVerdict.allowed(new Route(Optional.of(TENANT), Optional.empty())),
                now);
    }

    /** Nobody else writes, so nobody is asked for it. */
    private static Lease lease(Hostname hostname) {
        return new Lease(hostname, "benchmark", 1, 0, 0, 0, Optional.empty(), Optional.empty());
    }

    private KeyEncryption keys() {
        return switch (KeyEncryption.of(List.of("file:certificates.key"), around.folder())) {
            case KeyEncryption.Configured.Usable(KeyEncryption usable) -> usable;
            case KeyEncryption.Configured.Unusable(var mistakes) -> throw new IllegalStateException("" + mistakes);
        };
    }

    private StoreSettings settings() {
        var endpoint = Optional.of(around.database().endpoint());
        return new StoreSettings(
                new StoreSettings.Table("us-east-1", endpoint, "anyhost-certificates"),
                new StoreSettings.Table("us-east-1", endpoint, "anyhost-coordination"),
                false);
    }
}
