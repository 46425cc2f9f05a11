package dev.anyhost.proxy.migration;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.ServableCertificate;
import dev.anyhost.proxy.issuance.CertificateCheck;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.NewCertificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Whether what a source has may be stored: what passes here is served, so everything is looked at. */
final class ImportCheck {

    /** What expires sooner is renewed before it would be of use. */
    static final Duration SHORTEST_LIFE_LEFT = Duration.ofDays(1);

    private ImportCheck() {}

    /** What came of a check. */
    sealed interface Result {

        /** Fit to be stored, by a verdict that isn't known. */
        record Fit(NewCertificate certificate) implements Result {}

        record Unfit(ImportOutcome outcome) implements Result {}
    }

    /** The hostname that a place is named after, or why it has none that is served here. */
    static Optional<Hostname> hostname(String name) {
        return isWildcard(name) ? Optional.empty() : Hostname.parse(name);
    }

    /** Why {@link #hostname} said nothing. */
    static ImportOutcome noHostname(String name) {
        return new ImportOutcome.Skipped(
                isWildcard(name)
                        ? "wildcard certificates aren't served: each hostname gets its own"
                        : "not " + Hostname.EXPECTED);
    }

    private static boolean isWildcard(String name) {
        return name.startsWith("wildcard_.") || name.startsWith("*.");
    }

    static Result check(Hostname hostname, CertificateFiles.Read files, Instant now) {
        return switch (Pem.chain(files.chain().bytes())) {
            case Pem.Chain.Certificates(List<X509Certificate> chain) -> check(hostname, chain, files, now);
            case Pem.Chain.Malformed(String reason) -> failed("chain: " + reason);
        };
    }

    private static Result check(
            Hostname hostname, List<X509Certificate> chain, CertificateFiles.Read files, Instant now) {
        X509Certificate leaf = chain.getFirst();
        Optional<String> notServed = notServed(leaf, now);
        if (notServed.isPresent()) {
            return new Result.Unfit(new ImportOutcome.Skipped(notServed.get()));
        }
        Optional<String> fault = CertificateCheck.chainFault(chain);
        if (fault.isPresent()) {
            return failed(fault.get());
        }
        return switch (Pem.key(files.key().bytes(), leaf.getPublicKey())) {
            case Pem.Key.Private secret ->
                check(new NewCertificate(hostname, chain, secret.key(), files.issuer(), LastVerdict.UNKNOWN, now));
            case Pem.Key.Malformed(String reason) -> failed("key: " + reason);
        };
    }

    private static Optional<String> notServed(X509Certificate leaf, Instant now) {
        Instant notAfter = leaf.getNotAfter().toInstant();
        if (!ServableKeys.has(leaf.getPublicKey())) {
            return Optional.of("key of a kind that isn't served: " + ServableKeys.kind(leaf.getPublicKey())
                    + " (expected: " + ServableKeys.EXPECTED + ")");
        }
        if (leaf.getNotBefore().toInstant().isAfter(now)) {
            return Optional.of("not valid before " + leaf.getNotBefore().toInstant());
        }
        if (!notAfter.isAfter(now)) {
            return Optional.of("expired at " + notAfter);
        }
        return notAfter.isBefore(now.plus(SHORTEST_LIFE_LEFT))
                ? Optional.of("expires within a day, at " + notAfter)
                : Optional.empty();
    }

    private static Result check(NewCertificate certificate) {
        return certificate
                .fault()
                .or(() -> refusedByTls(certificate))
                .map(ImportCheck::failed)
                .orElseGet(() -> new Result.Fit(certificate));
    }

    private static Optional<String> refusedByTls(NewCertificate certificate) {
        try {
            ServableCertificate.of(certificate.hostname(), certificate.chain(), certificate.key())
                    .release();
            return Optional.empty();
        } catch (IllegalArgumentException refused) {
            return Optional.of("the TLS layer doesn't take certificate and key");
        }
    }

    private static Result failed(String reason) {
        return new Result.Unfit(new ImportOutcome.Failed(reason));
    }
}
