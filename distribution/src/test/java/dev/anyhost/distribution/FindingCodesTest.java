package dev.anyhost.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.preflight.PreflightResult.Fault;
import dev.anyhost.verifier.onboarding.FindingCode;
import org.junit.jupiter.api.Test;

/** What the proxy finds wrong with a hostname is said in the domain service's words. */
class FindingCodesTest {

    @Test
    void everyFaultOfAPreflight_isAFindingOfTheDomainService() {
        for (Fault fault : Fault.values()) {
            assertThat(FindingCode.of(fault.text())).as(fault.text()).isPresent();
            assertThat(Fault.of(fault.text())).contains(fault);
        }
    }
}
