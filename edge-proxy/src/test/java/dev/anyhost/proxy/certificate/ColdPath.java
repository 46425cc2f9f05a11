package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;

/** The cold path for tests in other packages. */
public final class ColdPath {

    private ColdPath() {}

    /** What a visitor of this instance gets. */
    public static CertificateAnswer visit(Acquisition acquisition, Hostname hostname) {
        return acquisition.acquire(hostname);
    }

    /** What an instance does every while outside the home region. */
    public static void bringHome(RegionLoop loop) {
        loop.bring();
    }

    /** What an instance does when it hears of a newer certificate. */
    public static void hear(Acquisition acquisition, Hostname hostname) {
        acquisition.renewed(hostname);
    }
}
