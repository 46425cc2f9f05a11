package dev.anyhost.proxy.issuance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Which servers may be the directory: those that the JDK trusts, and those under the operator's extra roots. */
public sealed interface DirectoryTrust {

    /** Ready for use. */
    record Trusting(SSLContext tls) implements DirectoryTrust {}

    /** The file can't be used. {@code expected} is the tail of an error message. */
    record Unreadable(Path file, String expected) implements DirectoryTrust {}

    /**
     * Reads the operator's roots.
     *
     * @param extraRoots a PEM file with one or more certificates
     */
    static DirectoryTrust reading(Optional<Path> extraRoots) {
        if (extraRoots.isEmpty()) {
            return new Trusting(tlsWith(List.of()));
        }
        Path file = extraRoots.get();
        try (InputStream pem = Files.newInputStream(file)) {
            Collection<? extends Certificate> roots =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            return roots.isEmpty()
                    ? new Unreadable(file, "a PEM file with at least one certificate")
                    : new Trusting(tlsWith(roots));
        } catch (IOException unreadable) {
            return new Unreadable(file, "a readable PEM file");
        } catch (CertificateException malformed) {
            return new Unreadable(file, "a PEM file of X.509 certificates");
        }
    }

    private static SSLContext tlsWith(Collection<? extends Certificate> extra) {
        try {
            KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
            roots.load(null, null);
            int number = 0;
            for (Certificate root : Stream.concat(jdkRoots(), extra.stream()).toList()) {
                roots.setCertificateEntry("root-" + number++, root);
            }
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, trusting(roots).getTrustManagers(), null);
            return tls;
        } catch (GeneralSecurityException | IOException everyJdkHasTls) {
            throw new IllegalStateException(everyJdkHasTls);
        }
    }

    private static Stream<X509Certificate> jdkRoots() throws GeneralSecurityException {
        return Arrays.stream(trusting(null).getTrustManagers()).flatMap(DirectoryTrust::accepted);
    }

    private static Stream<X509Certificate> accepted(TrustManager manager) {
        return manager instanceof X509TrustManager x509 ? Arrays.stream(x509.getAcceptedIssuers()) : Stream.empty();
    }

    private static TrustManagerFactory trusting(@Nullable KeyStore roots) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(roots);
        return factory;
    }
}
