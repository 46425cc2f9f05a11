package dev.anyhost.benchmarks;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.store.CertificateStore;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.Lease;
import dev.anyhost.store.NewCertificate;
import dev.anyhost.store.StoreSettings;
import dev.anyhost.store.WriteResult;
import dev.anyhost.store.encryption.KeyEncryption;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Certificates in a proxy's tables, each with its own key, as if the proxy had ordered them. */
final class StoredNames {

    private static final InstantSource CLOCK = InstantSource.system();
    private static final int WRITERS = 8;
    private static final Duration LIFE = Duration.ofDays(60);

    /** Chains are as long as Let's Encrypt's: about 1000 and 1100 bytes. Nobody reads what fills them up. */
    private static final String ANY_EXTENSION = "1.3.6.1.4.1.32473.1";

    private static final int LEAF_PADDING = 560;
    private static final int INTERMEDIATE_PADDING = 690;
    private static final String TABLE = "anyhost-certificates";

    private final X509Bundle intermediate = intermediate();
    private final Surroundings around;

    /** A proxy must have made the tables and have the key that is in {@code around}'s folder. */
    StoredNames(Surroundings around) {
        this.around = around;
    }

    static String hostname(int number) {
        return "www.shop-" + number + ".example";
    }

    /** Stores the certificates of so many names, which are allowed from then on. */
    void fill(int names) {
        try (KeyEncryption keys = keys();
                DynamoDbClient database = around.database().client();
                var puts = new GatheredPuts(database, TABLE, CLOCK.instant().plus(LIFE.dividedBy(2)));
                var tables = new CertificateTables(
                        settings(), new CertificateTables.Clients(puts, puts), keys, CLOCK, System::nanoTime);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture.allOf(IntStream.range(0, WRITERS)
                            .mapToObj(writer -> CompletableFuture.runAsync(
                                    () -> IntStream.iterate(
                                                    writer, number -> number < names, number -> number + WRITERS)
                                            .forEach(number -> store(number, tables.certificates())),
                                    threads))
                            .toArray(CompletableFuture[]::new))
                    .join();
        }
    }

    private void store(int number, CertificateStore certificates) {
        Hostname hostname = Hostname.parse(hostname(number)).orElseThrow();
        around.allow(hostname);
        WriteResult written = certificates.put(certificate(hostname), 0, lease(hostname));
        if (!(written instanceof WriteResult.Written)) {
            throw new IllegalStateException(hostname + ": " + written);
        }
    }

    /** With the ask server's route, or a proxy would write that one at each first look. */
    private NewCertificate certificate(Hostname hostname) {
        Instant now = CLOCK.instant();
        X509Bundle leaf = leaf(hostname, now);
        return new NewCertificate(
                hostname,
                List.of(leaf.getCertificate(), intermediate.getCertificate()),
                leaf.getKeyPair().getPrivate(),
                around.ca().directory().toString(),
                LastVerdict.allowed(Route.UNNAMED),
                now);
    }

    private X509Bundle leaf(Hostname hostname, Instant now) {
        var builder = new CertificateBuilder()
                .ecp256()
                .notBefore(now.minus(Duration.ofHours(1)))
                .notAfter(now.plus(LIFE))
                .subject("CN=" + hostname)
                .addSanDnsName(hostname.value())
                .addExtendedKeyUsageServerAuth()
                .addExtensionOctetString(ANY_EXTENSION, false, new byte[LEAF_PADDING]);
        try {
            return builder.buildIssuedBy(intermediate);
        } catch (Exception e) { // The builder declares nothing narrower.
            throw new IllegalStateException("no certificate for " + hostname, e);
        }
    }

    private static X509Bundle intermediate() {
        var builder = new CertificateBuilder()
                .ecp256()
                .subject("CN=benchmark")
                .setIsCertificateAuthority(true)
                .setKeyUsage(true, CertificateBuilder.KeyUsage.keyCertSign)
                .addExtensionOctetString(ANY_EXTENSION, false, new byte[INTERMEDIATE_PADDING]);
        try {
            return builder.buildSelfSigned();
        } catch (Exception e) { // The builder declares nothing narrower.
            throw new IllegalStateException("no intermediate certificate", e);
        }
    }

    /** How long leaf and intermediate are together, in DER. */
    int bytesOfAChain() {
        return certificate(Hostname.parse(hostname(0)).orElseThrow()).chain().stream()
                .mapToInt(StoredNames::length)
                .sum();
    }

    private static int length(X509Certificate certificate) {
        try {
            return certificate.getEncoded().length;
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException(impossible);
        }
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
                new StoreSettings.Table("us-east-1", endpoint, TABLE),
                new StoreSettings.Table("us-east-1", endpoint, "anyhost-coordination"),
                false);
    }
}
