package dev.anyhost.proxy.issuance;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Time as an issuer sees it.
 *
 * @param clock what certificates and Retry-After are compared with
 * @param nanos a monotonic clock, for time limits
 * @param pause how to wait
 */
public record IssuanceTime(InstantSource clock, LongSupplier nanos, Pause pause) {

    /** Real time. */
    public static IssuanceTime real() {
        return new IssuanceTime(InstantSource.system(), System::nanoTime, Pause.REAL);
    }
}
