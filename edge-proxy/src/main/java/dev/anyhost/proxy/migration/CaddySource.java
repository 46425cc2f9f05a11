package dev.anyhost.proxy.migration;

import dev.anyhost.store.CaddyFile;
import dev.anyhost.store.CaddyTable;
import dev.anyhost.store.encryption.Plaintext;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Caddy's certificates, in its files or in its table. */
public final class CaddySource implements CertificateSource {

    private final CaddyFiles files;

    private final CaddyIssuer issuer;

    CaddySource(CaddyFiles files, CaddyIssuer issuer) {
        this.files = files;
        this.issuer = issuer;
    }

    /**
     * Those in Caddy's data folder.
     *
     * @param issuers directories of authorities that old releases of Caddy name by a key only
     */
    public static CaddySource in(Path data, List<URI> issuers) {
        return new CaddySource(new CaddyFolder(data), new CaddyIssuer(issuers));
    }

    /** As above, in a table, which stays the caller's to close. */
    public static CaddySource in(CaddyTable table, List<URI> issuers) {
        return new CaddySource(CaddyFiles.in(table), new CaddyIssuer(issuers));
    }

    /** What is wrong with Caddy's data folder; empty when nothing is. */
    public static Optional<String> problem(Path data) {
        return new CaddyFolder(data).problem();
    }

    @Override
    public Optional<String> walk(Visitor visitor) throws InterruptedException {
        return files.keys(
                key -> visit(key, visitor), (where, reason) -> visitor.passed(where, new ImportOutcome.Failed(reason)));
    }

    private void visit(String key, Visitor visitor) {
        if (!key.endsWith(CaddyKey.CHAIN)) {
            return;
        }
        CaddyKey.parse(key)
                .ifPresentOrElse(
                        place -> visitor.found(new Found(place.name(), () -> read(place))),
                        () -> visitor.passed(key, new ImportOutcome.Skipped("not where Caddy keeps a certificate")));
    }

    private CertificateFiles read(CaddyKey place) throws InterruptedException {
        return switch (files.content(place.chain())) {
            case CaddyFile.Content(Plaintext chain) -> withChain(place, chain);
            case CaddyFile.Absent() -> unusable(new ImportOutcome.Skipped("no certificate: " + place.chain()));
            case CaddyFile.Damaged(String reason) -> failed(place.chain(), reason);
            case CaddyFile.Unreachable(String reason) -> failed(place.chain(), reason);
        };
    }

    private CertificateFiles withChain(CaddyKey place, Plaintext chain) throws InterruptedException {
        return switch (files.content(place.privateKey())) {
            case CaddyFile.Content(Plaintext key) -> withKey(place, chain, key);
            case CaddyFile.Absent() -> failed(place.privateKey(), "missing");
            case CaddyFile.Damaged(String reason) -> failed(place.privateKey(), reason);
            case CaddyFile.Unreachable(String reason) -> failed(place.privateKey(), reason);
        };
    }

    private CertificateFiles withKey(CaddyKey place, Plaintext chain, Plaintext key) throws InterruptedException {
        return switch (files.content(place.metadata())) {
            case CaddyFile.Content(Plaintext metadata) ->
                new CertificateFiles.Read(chain, key, issuer.directory(place.issuer(), metadata.bytes()));
            case CaddyFile.Absent _, CaddyFile.Damaged _ ->
                new CertificateFiles.Read(chain, key, issuer.directory(place.issuer(), new byte[0]));
            case CaddyFile.Unreachable(String reason) -> {
                key.close();
                yield failed(place.metadata(), reason);
            }
        };
    }

    private static CertificateFiles failed(String file, String reason) {
        return unusable(new ImportOutcome.Failed(file + ": " + reason));
    }

    private static CertificateFiles unusable(ImportOutcome outcome) {
        return new CertificateFiles.Unusable(outcome);
    }
}
