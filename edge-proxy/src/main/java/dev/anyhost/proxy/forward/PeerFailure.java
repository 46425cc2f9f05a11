package dev.anyhost.proxy.forward;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells what peers do to connections, which is their business, from our own mistakes, which must be seen. */
final class PeerFailure {

    private static final Logger LOG = LoggerFactory.getLogger(PeerFailure.class);

    private PeerFailure() {}

    static void logIfBug(Throwable cause) {
        boolean peers = cause instanceof IOException || cause.getCause() instanceof IOException;
        if (peers) {
            LOG.debug("connection failed", cause);
        } else {
            LOG.error("connection handler failed", cause);
        }
    }
}
