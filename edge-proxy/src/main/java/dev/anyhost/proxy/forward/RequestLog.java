package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import java.net.InetSocketAddress;

/** Hears of every request that ended, on its event loop: it must be quick and must not block. */
@FunctionalInterface
public interface RequestLog {

    void finished(RequestRecord request);

    /**
     * One request.
     *
     * @param method empty when there was no readable head
     * @param path without the query, which may hold secrets; at most 256 characters
     * @param status as sent; 499 when the client left before a response began
     * @param bytesIn of the request's body
     * @param bytesOut of the response's body
     * @param error why it failed, in a word; empty when it didn't
     */
    record RequestRecord(
            Hostname hostname,
            InetSocketAddress client,
            String method,
            String path,
            int status,
            long bytesIn,
            long bytesOut,
            long nanos,
            String error) {}
}
