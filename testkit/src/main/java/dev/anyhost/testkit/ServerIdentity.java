package dev.anyhost.testkit;

import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A server's certificate chain (leaf first, without the root) and its private key. */
public record ServerIdentity(
        List<X509Certificate> chain, PrivateKey privateKey, String chainPem, String privateKeyPem) {

    public ServerIdentity {
        chain = List.copyOf(chain);
    }

    static ServerIdentity of(X509Bundle bundle) {
        return new ServerIdentity(
                List.of(bundle.getCertificatePath()),
                bundle.getKeyPair().getPrivate(),
                bundle.getCertificatePathPEM(),
                bundle.getPrivateKeyPEM());
    }

    public X509Certificate leaf() {
        return chain.getFirst();
    }

    /** Writes the chain as PEM and returns {@code file}. */
    public Path writeChain(Path file) throws IOException {
        return Files.writeString(file, chainPem);
    }

    /** Writes the private key as PKCS #8 PEM and returns {@code file}. */
    public Path writePrivateKey(Path file) throws IOException {
        return Files.writeString(file, privateKeyPem);
    }

    /** A fresh JDK server context that serves this certificate whatever name is asked for. */
    public SSLContext serverContext() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers().getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the JDK can't serve " + leaf().getSubjectX500Principal(), e);
        }
    }

    private KeyManagerFactory keyManagers() throws GeneralSecurityException, IOException {
        char[] password = {};
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", privateKey, password, chain.toArray(new X509Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        return factory;
    }

    /** Without the private key. */
    @Override
    public String toString() {
        return "ServerIdentity[" + leaf().getSubjectX500Principal() + "]";
    }
}
