package dev.anyhost.proxy.forward;

import java.util.function.BooleanSupplier;

/**
 * What all client connections share.
 *
 * @param draining whether connections are to end with their next response
 */
public record Forwarding(
        ForwardSettings settings, OriginRoutes routes, OriginPools pools, RequestLog log, BooleanSupplier draining) {}
