package dev.anyhost.proxy.forward;

import java.net.InetAddress;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * What every connection's forwarding shares.
 *
 * @param trustedProxy whose X-Forwarded-* is believed
 * @param draining whether every response should be a connection's last
 */
public record Forwarding(
        OriginRoutes routes,
        ForwardSettings settings,
        RequestLog log,
        Predicate<InetAddress> trustedProxy,
        BooleanSupplier draining) {}
