package dev.anyhost.proxy.migration;

import dev.anyhost.store.CaddyFile;
import dev.anyhost.store.encryption.Plaintext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A folder for each hostname, with the chain and the key in PEM: what {@link PemExport} writes, and what certbot keeps
 * under {@code live}.
 *
 * @param folder the folder of folders
 * @param issuer what is to be stored as the certificates' issuer: nothing in the files tells it
 */
public record PemFolder(Path folder, String issuer) implements CertificateSource {

    static final String CHAIN = "fullchain.pem";
    static final String KEY = "privkey.pem";

    /** What is wrong with the folder; empty when nothing is. */
    public Optional<String> problem() {
        return Files.isDirectory(folder)
                ? Optional.empty()
                : Optional.of(folder + " (expected: a folder of HOST/" + CHAIN + " and HOST/" + KEY + ")");
    }

    @Override
    public Optional<String> walk(Visitor visitor) {
        return LocalFiles.folders(
                        folder,
                        place -> visitor.found(new Found(String.valueOf(place.getFileName()), () -> read(place))))
                .map(reason -> folder + ": " + reason);
    }

    private CertificateFiles read(Path place) {
        CaddyFile chain = LocalFiles.read(place.resolve(CHAIN));
        CaddyFile key = LocalFiles.read(place.resolve(KEY));
        if (chain instanceof CaddyFile.Content(Plaintext certificates)
                && key instanceof CaddyFile.Content(Plaintext secret)) {
            return new CertificateFiles.Read(certificates, secret, issuer);
        }
        String missing = chain instanceof CaddyFile.Content ? KEY + ": " + why(key) : CHAIN + ": " + why(chain);
        return new CertificateFiles.Unusable(new ImportOutcome.Failed(missing));
    }

    private static String why(CaddyFile file) {
        return switch (file) {
            case CaddyFile.Content _ -> "";
            case CaddyFile.Absent() -> "missing";
            case CaddyFile.Damaged(String reason) -> reason;
            case CaddyFile.Unreachable(String reason) -> reason;
        };
    }
}
