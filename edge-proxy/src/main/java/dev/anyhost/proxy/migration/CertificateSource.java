package dev.anyhost.proxy.migration;

import java.util.Optional;

/** Where certificates come from. Nothing in it is changed. */
public interface CertificateSource {

    /**
     * Shows what is there, one by one, never all at once.
     *
     * @return why it ended early; empty when everything was shown
     */
    Optional<String> walk(Visitor visitor) throws InterruptedException;

    /** Hears what is there. */
    interface Visitor {

        /** Here may be a certificate. */
        void found(Found certificate);

        /** Here is none. */
        void passed(String where, ImportOutcome outcome);
    }

    /**
     * A place where a certificate is said to be.
     *
     * @param name whose it is said to be; anything
     * @param reading reads it, on any thread
     */
    record Found(String name, Reading reading) {}

    /** Reads a certificate's files. */
    @FunctionalInterface
    interface Reading {
        CertificateFiles read() throws InterruptedException;
    }
}
