package dev.anyhost.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LambdaEnvironmentTest {

    @Test
    void nothingSet_defaultsInTheFunctionsRegion() {
        assertThat(LambdaEnvironment.whitelist(Map.of("AWS_REGION", "eu-west-1")))
                .isEqualTo(new WhitelistSettings("eu-west-1", Optional.empty(), "anyhost-domains", false));
    }

    @Test
    void everythingSet() {
        assertThat(LambdaEnvironment.whitelist(Map.of(
                        "AWS_REGION", "eu-west-1",
                        "ANYHOST_WHITELIST_REGION", "us-east-2",
                        "ANYHOST_WHITELIST_TABLE", "domains",
                        "ANYHOST_WHITELIST_ENDPOINT", "http://127.0.0.1:8000")))
                .isEqualTo(new WhitelistSettings(
                        "us-east-2", Optional.of(URI.create("http://127.0.0.1:8000")), "domains", false));
    }

    @Test
    void unusable_namesTheVariable() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LambdaEnvironment.whitelist(Map.of("ANYHOST_WHITELIST_TABLE", "a b")))
                .withMessage("ANYHOST_WHITELIST_TABLE: a b (expected: 3 to 255 of a-z A-Z 0-9 _ . -)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LambdaEnvironment.whitelist(Map.of("ANYHOST_WHITELIST_ENDPOINT", "dynamo:8000")))
                .withMessage("ANYHOST_WHITELIST_ENDPOINT: dynamo:8000 (expected: an absolute http or https URL)");
    }

    @Test
    void domainsApi_everythingSet() {
        var environment = Map.of(
                "AWS_REGION", "eu-west-1",
                "ANYHOST_WHITELIST_ENDPOINT", "http://127.0.0.1:8000",
                "ANYHOST_EDGE_DOMAIN", "Edge.example",
                "ANYHOST_STATIC_ADDRESSES", "192.0.2.1, 2001:db8::1",
                "ANYHOST_DOMAINS_PER_TENANT", "7");
        assertThat(LambdaEnvironment.edgeDomain(environment).value()).isEqualTo("edge.example");
        assertThat(LambdaEnvironment.staticAddresses(environment))
                .containsExactly(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("2001:db8::1"));
        assertThat(LambdaEnvironment.domainsPerTenant(environment)).isEqualTo(7);
        assertThat(LambdaEnvironment.changes(environment))
                .isEqualTo(new WhitelistSettings(
                        "eu-west-1", Optional.of(URI.create("http://127.0.0.1:8000")), "anyhost-coordination", false));
    }

    @Test
    void domainsApi_nothingSet() {
        assertThat(LambdaEnvironment.staticAddresses(Map.of())).isEmpty();
        assertThat(LambdaEnvironment.domainsPerTenant(Map.of())).isEqualTo(1_000);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LambdaEnvironment.edgeDomain(Map.of()))
                .withMessageStartingWith("ANYHOST_EDGE_DOMAIN: missing (expected: a public hostname");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LambdaEnvironment.staticAddresses(Map.of("ANYHOST_STATIC_ADDRESSES", "1.2.3.4,x")))
                .withMessage("ANYHOST_STATIC_ADDRESSES: x (expected: an IP address)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LambdaEnvironment.domainsPerTenant(Map.of("ANYHOST_DOMAINS_PER_TENANT", "0")))
                .withMessage("ANYHOST_DOMAINS_PER_TENANT: 0 (expected: a whole number from 1)");
    }

    @Test
    void checker() {
        assertThat(LambdaEnvironment.resolvers(Map.of())).isEmpty();
        assertThat(LambdaEnvironment.resolvers(Map.of("ANYHOST_RESOLVERS", "192.0.2.53, [2001:db8::53]:5353")))
                .containsExactly(new InetSocketAddress("192.0.2.53", 53), new InetSocketAddress("2001:db8::53", 5353));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LambdaEnvironment.resolvers(Map.of("ANYHOST_RESOLVERS", "dns.example")))
                .withMessage("ANYHOST_RESOLVERS: dns.example (expected: an IP address, or one and a port, such as"
                        + " 127.0.0.1:8053)");
        assertThat(LambdaEnvironment.grace(Map.of())).isEqualTo(Duration.ofDays(7));
        assertThat(LambdaEnvironment.grace(Map.of("ANYHOST_CHECKS_GRACE", "2d")))
                .isEqualTo(Duration.ofDays(2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LambdaEnvironment.grace(Map.of("ANYHOST_CHECKS_GRACE", "1s")))
                .withMessage("ANYHOST_CHECKS_GRACE: 1s (expected: a duration from 1h to 365d)");
    }
}
