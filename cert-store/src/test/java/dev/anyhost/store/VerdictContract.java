package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.ROUTE;
import static dev.anyhost.store.TestCertificates.certificate;
import static dev.anyhost.store.TestCertificates.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.domain.Route;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What is remembered for the time when the verifier is silent. */
interface VerdictContract extends StoreContract {

    Hostname REMEMBERED = hostname("remembered.example.com");
    Instant REFUSED_AT = Instant.parse("2026-11-21T09:00:00Z");

    @Test
    default void verdict_isWrittenOnlyWhenItSaysSomethingElse() {
        StoreFixture store = store();
        CertificateStore certificates = store.open("first").certificates();
        certificates.put(
                certificate(REMEMBERED),
                0,
                new Lease(REMEMBERED, "proxy-1", 1, 0, 0, 0, Optional.empty(), Optional.empty()));
        LastVerdict refused = new LastVerdict(ROUTE, Optional.of(REFUSED_AT));
        LastVerdict refusedLater = new LastVerdict(ROUTE, Optional.of(REFUSED_AT.plusSeconds(60)));
        LastVerdict moved =
                LastVerdict.allowed(new Route(ROUTE.tenant(), Optional.of(URI.create("https://b.example"))));

        assertThat(certificates.recordVerdict(REMEMBERED, LastVerdict.allowed(ROUTE)))
                .isEqualTo(new VerdictResult.Unchanged());
        assertThat(certificates.recordVerdict(REMEMBERED, refused)).isEqualTo(new VerdictResult.Recorded());
        assertThat(certificates.recordVerdict(REMEMBERED, refusedLater)).isEqualTo(new VerdictResult.Unchanged());
        assertThat(found(certificates).lastVerdict()).isEqualTo(refused);
        assertThat(certificates.recordVerdict(REMEMBERED, moved)).isEqualTo(new VerdictResult.Recorded());
        assertThat(found(certificates).lastVerdict()).isEqualTo(moved);
        assertThat(found(certificates).version()).isEqualTo(1);
    }

    /** The usual policy is written as none: what older releases wrote is then the same verdict. */
    @Test
    default void policy_isPartOfTheVerdictUnlessItIsTheUsualOne() {
        StoreFixture store = store();
        CertificateStore certificates = store.open("first").certificates();
        certificates.put(
                certificate(REMEMBERED),
                0,
                new Lease(REMEMBERED, "proxy-1", 1, 0, 0, 0, Optional.empty(), Optional.empty()));
        assertThat(store.item(REMEMBERED.value()))
                .hasEntrySatisfying(
                        "verdict", verdict -> assertThat(verdict.m()).doesNotContainKey("policy"));
        assertThat(found(certificates).lastVerdict().route().policy()).isEqualTo(Policy.DEFAULT);
        var strict = new Policy(Optional.of(true), false, Optional.of(Duration.ofDays(365)));

        for (Policy policy : List.of(
                strict,
                new Policy(Optional.of(false), true, Optional.empty()),
                new Policy(Optional.empty(), true, Optional.of(Duration.ZERO)),
                new Policy(Optional.empty(), false, Optional.of(Policy.LONGEST_HSTS)))) {
            LastVerdict next = LastVerdict.allowed(ROUTE.with(policy));
            assertThat(certificates.recordVerdict(REMEMBERED, next)).isEqualTo(new VerdictResult.Recorded());
            assertThat(certificates.recordVerdict(REMEMBERED, next)).isEqualTo(new VerdictResult.Unchanged());
            assertThat(found(certificates).lastVerdict()).isEqualTo(next);
        }
        certificates.recordVerdict(REMEMBERED, new LastVerdict(ROUTE.with(strict), Optional.of(REFUSED_AT)));
        assertThat(store.item(REMEMBERED.value()))
                .hasEntrySatisfying(
                        "verdict",
                        verdict -> assertThat(verdict.m())
                                .containsEntry(
                                        "policy",
                                        AttributeValue.fromM(Map.of(
                                                "preserve_host", AttributeValue.fromBool(true),
                                                "https_redirect", AttributeValue.fromBool(false),
                                                "hsts_max_age", AttributeValue.fromN("31536000")))));
        assertThat(certificates.recordVerdict(REMEMBERED, LastVerdict.allowed(ROUTE)))
                .isEqualTo(new VerdictResult.Recorded());
        assertThat(store.item(REMEMBERED.value()))
                .hasEntrySatisfying(
                        "verdict", verdict -> assertThat(verdict.m()).doesNotContainKey("policy"));
    }

    @Test
    default void verdictForAbsentHostname_createsNothing() {
        CertificateStore certificates = store().open("first").certificates();

        assertThat(certificates.recordVerdict(REMEMBERED, LastVerdict.allowed(ROUTE)))
                .isEqualTo(new VerdictResult.Absent());
        assertThat(certificates.find(REMEMBERED)).isEqualTo(new FindResult.Absent());
    }

    private static StoredCertificate found(CertificateStore certificates) {
        return ((FindResult.Found) certificates.findConsistent(REMEMBERED)).certificate();
    }
}
