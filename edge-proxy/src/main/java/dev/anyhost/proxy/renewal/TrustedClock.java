package dev.anyhost.proxy.renewal;

import dev.anyhost.proxy.issuance.Issuer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a clock that is wrong from having everything renewed, or nothing: it must agree with the authority's before anything
 * is looked after. For one thread.
 */
final class TrustedClock {

    /** Far less than any certificate's last twentieth, far more than clocks differ. */
    private static final Duration TOLERATED = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(TrustedClock.class);

    private boolean right = true;

    /**
     * Whether our clock may be relied on now, by the first authority that can be asked. Those that can't be asked can't issue
     * either, so that nothing is lost.
     */
    boolean isRight(List<Issuer> issuers) {
        Optional<Duration> ahead =
                issuers.stream().flatMap(issuer -> issuer.clockAhead().stream()).findFirst();
        boolean now = ahead.filter(off -> off.abs().compareTo(TOLERATED) <= 0).isPresent();
        if (right && !now) {
            LOG.atError()
                    .addKeyValue("clock_ahead", ahead.map(Duration::toString).orElse("unknown"))
                    .log("nothing is renewed: the clock can't be trusted");
        }
        right = now;
        return now;
    }
}
