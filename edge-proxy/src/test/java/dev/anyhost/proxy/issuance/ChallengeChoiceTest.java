package dev.anyhost.proxy.issuance;

import static dev.anyhost.proxy.challenge.ChallengeType.HTTP_01;
import static dev.anyhost.proxy.challenge.ChallengeType.TLS_ALPN_01;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.issuance.IssuanceOutcome.ChallengeFailed;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Issued;
import dev.anyhost.proxy.issuance.IssuanceOutcome.RateLimited;
import dev.anyhost.testkit.TestCa;
import java.security.KeyPair;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChallengeChoiceTest {

    private static final AcmeProblem PROBLEM = AcmeProblem.plain(Optional.of(403), "no");

    private final ChallengeChoice choice = new ChallengeChoice(List.of(HTTP_01, TLS_ALPN_01));

    @Test
    void nothingLearnt_isTheConfiguredOrder() {
        assertThat(choice.next(Optional.empty())).isEqualTo(HTTP_01);
    }

    @Test
    void typeThatFailed_givesWayToTheOther() {
        assertThat(choice.next(Optional.of("http-01"))).isEqualTo(TLS_ALPN_01);
        assertThat(choice.next(Optional.of("tls-alpn-01"))).isEqualTo(HTTP_01);
    }

    @Test
    void typeThatWorked_goesFirst() {
        choice.learn(issued(TLS_ALPN_01));

        assertThat(choice.next(Optional.empty())).isEqualTo(TLS_ALPN_01);
        assertThat(choice.next(Optional.of("tls-alpn-01"))).isEqualTo(HTTP_01);
    }

    @Test
    void otherOutcomes_changeNothing() {
        choice.learn(new RateLimited(Instant.EPOCH, PROBLEM));
        choice.learn(new ChallengeFailed(HTTP_01, PROBLEM));

        assertThat(choice.next(Optional.empty())).isEqualTo(HTTP_01);
    }

    @Test
    void onlyType_isUsedEvenAfterItsFailure() {
        var one = new ChallengeChoice(List.of(TLS_ALPN_01));
        one.learn(issued(HTTP_01));

        assertThat(one.next(Optional.of("tls-alpn-01"))).isEqualTo(TLS_ALPN_01);
    }

    @Test
    void noType_isRefused() {
        assertThatThrownBy(() -> new ChallengeChoice(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    private static Issued issued(ChallengeType worked) {
        KeyPair keys = P256.newKeyPair();
        return new Issued(
                TestCa.create("ca").issue("other.example").chain(),
                keys.getPrivate(),
                "https://ca.example/dir",
                worked);
    }
}
