package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.ops.Metrics;
import dev.anyhost.proxy.preflight.Preflight;
import dev.anyhost.proxy.preflight.PreflightResult;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts looks before orders, and says what couldn't be looked at. */
record MeteredPreflight(Preflight preflight, Metrics metrics) implements Preflight {

    private static final Logger LOG = LoggerFactory.getLogger(MeteredPreflight.class);

    @Override
    public PreflightResult check(Hostname hostname, List<String> directories) {
        PreflightResult result = preflight.check(hostname, directories);
        metrics.preflighted(
                switch (result) {
                    case PreflightResult.Passed _ -> "passed";
                    case PreflightResult.Failed _ -> "failed";
                    case PreflightResult.Unknown(String reason, Set<String> _) -> {
                        LOG.atInfo()
                                .addKeyValue("hostname", hostname)
                                .addKeyValue("reason", reason)
                                .log("ordered without a full look before");
                        yield "unknown";
                    }
                });
        return result;
    }
}
