package dev.anyhost.proxy.forward;

import java.util.EnumSet;
import java.util.Set;

/** What is spoken with origins. Holds for all origins of a proxy, tenants' own included. */
public enum OriginProtocol {
    /** HTTP/1.1. */
    HTTP_1,
    /** What TLS origins choose; HTTP/1.1 without TLS. */
    AUTO,
    /** HTTP/2 over TLS; {@link #AUTO} where there is no TLS. */
    H2,
    /** HTTP/2 without TLS, and without asking (RFC 9113 section 3.3); {@link #AUTO} where there is TLS. */
    H2C;

    /** What a new connection may speak. */
    enum Offer {
        HTTP_1,
        /** HTTP/2 or HTTP/1.1, as ALPN says. */
        EITHER,
        HTTP_2
    }

    Offer offerTo(Origin origin) {
        return switch (this) {
            case HTTP_1 -> Offer.HTTP_1;
            case AUTO -> origin.tls() ? Offer.EITHER : Offer.HTTP_1;
            case H2 -> origin.tls() ? Offer.HTTP_2 : Offer.HTTP_1;
            case H2C -> origin.tls() ? Offer.EITHER : Offer.HTTP_2;
        };
    }

    /** What TLS origins may be offered; {@link Offer#HTTP_1} for upgrades, too. */
    Set<Offer> offersByTls() {
        return switch (this) {
            case HTTP_1 -> EnumSet.of(Offer.HTTP_1);
            case AUTO, H2C -> EnumSet.of(Offer.HTTP_1, Offer.EITHER);
            case H2 -> EnumSet.of(Offer.HTTP_2);
        };
    }
}
