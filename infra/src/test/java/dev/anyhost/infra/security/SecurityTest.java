package dev.anyhost.infra.security;

import static dev.anyhost.infra.security.SecurityRule.each;
import static dev.anyhost.infra.security.SecurityRule.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.anyhost.infra.Example;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every security property is there, and its assertion fails once it is not: what takes it away stands beside it. */
class SecurityTest {

    private static final Place RETENTION = Place.of("AWS::Logs::LogGroup", "RetentionInDays");

    static List<SecurityProperty> properties() {
        return Stream.of(
                        KeySecurity.properties(),
                        TableSecurity.properties(),
                        FunctionSecurity.properties(),
                        MessageSecurity.properties(),
                        RoleSecurity.properties(),
                        ProxyRoleSecurity.properties(),
                        NetworkSecurity.properties(),
                        BalancerSecurity.properties(),
                        TaskSecurity.properties(),
                        EntranceSecurity.properties())
                .flatMap(properties -> properties)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("properties")
    void property_synthesised_holds(SecurityProperty property) {
        property.assertHolds();
    }

    @ParameterizedTest
    @MethodSource("properties")
    void property_removed_isNoticed(SecurityProperty property) {
        property.assertMissed();
    }

    @Test
    void properties_areNamedOnce() {
        assertThat(properties()).extracting(SecurityProperty::toString).doesNotHaveDuplicates();
    }

    @Test
    void weakening_thatFitsNowhere_isAMistake() {
        assertNotMissed(each("logs", Place.of("AWS::Logs::Nothing", "RetentionInDays"), 90), "nowhere");
        assertNotMissed(rule("logs", _ -> {}, Weakening.without(Place.of("AWS::Logs::LogGroup", "Colour"))), "nowhere");
    }

    @Test
    void weakening_thatChangesNothing_isAMistake() {
        assertNotMissed(rule("logs", _ -> {}, Weakening.with(RETENTION, 90)), "as it was");
    }

    @Test
    void property_withoutAWeakening_isAMistake() {
        assertNotMissed(rule("logs", _ -> {}), "nothing takes it away");
    }

    @Test
    void assertion_thatLooksAtOneOfSeveralPlaces_isFound() {
        assertNotMissed(
                rule(
                        "logs",
                        template -> assertThat(RETENTION.values(template)).contains("90"),
                        Weakening.without(RETENTION)),
                "not missed");
    }

    private static void assertNotMissed(SecurityRule rule, String why) {
        var property = new SecurityProperty(Example.threeRegions().template("domain"), rule);
        assertThatThrownBy(property::assertMissed)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(why);
    }
}
