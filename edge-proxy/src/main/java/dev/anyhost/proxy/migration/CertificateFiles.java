package dev.anyhost.proxy.migration;

import dev.anyhost.store.encryption.Plaintext;

/** What a source has of one certificate. */
public sealed interface CertificateFiles {

    /**
     * Unchecked bytes, to be closed when they were used.
     *
     * @param chain PEM, the leaf first
     * @param key PEM
     * @param issuer what is to be stored as the certificate's issuer
     */
    record Read(Plaintext chain, Plaintext key, String issuer) implements CertificateFiles, AutoCloseable {
        @Override
        public void close() {
            chain.close();
            key.close();
        }
    }

    /** There is nothing to be imported. */
    record Unusable(ImportOutcome outcome) implements CertificateFiles {}
}
