package dev.anyhost.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.net.URI;
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
}
