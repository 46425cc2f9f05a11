package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Challenges that any proxy can answer. */
interface ChallengeContract extends StoreContract {

    Hostname CHALLENGED = hostname("challenged.example.com");
    Duration FIVE_MINUTES = Duration.ofMinutes(5);

    @Test
    default void postedChallenge_isFoundByAnotherProxy() {
        StoreFixture store = store();
        Instant expires = store.time.instant().plus(FIVE_MINUTES);

        assertThat(store.open("first").challenges().post(CHALLENGED, "token.print", expires))
                .isEqualTo(new StoreEffect.Done());

        assertThat(store.open("first").challenges().find(CHALLENGED))
                .isEqualTo(new ChallengeResult.Posted(new PostedChallenge(CHALLENGED, "token.print", expires)));
        assertThat(store.calls.lastWasConsistent()).isTrue();
        assertThat(store.calls.operations()).containsExactly("PutItem", "GetItem");
    }

    @Test
    default void hostnameWithoutChallenge_hasNone() {
        assertThat(store().open("first").challenges().find(CHALLENGED)).isEqualTo(new ChallengeResult.None());
    }

    @Test
    default void challengeThatIsOver_isNoneThoughItsRowIsThere() {
        StoreFixture store = store();
        PostedChallenges challenges = store.open("first").challenges();
        challenges.post(CHALLENGED, "token.print", store.time.instant().plus(FIVE_MINUTES));

        store.time.advance(FIVE_MINUTES.minusSeconds(1));
        assertThat(challenges.find(CHALLENGED)).isInstanceOf(ChallengeResult.Posted.class);
        store.time.advance(Duration.ofSeconds(1));
        assertThat(challenges.find(CHALLENGED)).isEqualTo(new ChallengeResult.None());
        assertThat(store.row(CoordinationKey.challenge(CHALLENGED))).isNotEmpty();
    }

    @Test
    default void challengeRow_hasItsTimeToLive() {
        StoreFixture store = store();
        Instant expires = store.time.instant().plus(FIVE_MINUTES);
        store.open("first").challenges().post(CHALLENGED, "token.print", expires);

        assertThat(Attributes.seconds(store.row(CoordinationKey.challenge(CHALLENGED)), "expires"))
                .contains(expires);
    }

    @Test
    default void laterChallenge_isInPlaceOfTheEarlierAndSurvivesItsWithdrawal() {
        StoreFixture store = store();
        PostedChallenges challenges = store.open("first").challenges();
        Instant expires = store.time.instant().plus(FIVE_MINUTES);
        challenges.post(CHALLENGED, "earlier.print", expires);
        challenges.post(CHALLENGED, "later.print", expires);

        assertThat(challenges.withdraw(CHALLENGED, "earlier.print")).isEqualTo(new StoreEffect.Done());
        assertThat(challenges.find(CHALLENGED))
                .isEqualTo(new ChallengeResult.Posted(new PostedChallenge(CHALLENGED, "later.print", expires)));
    }

    @Test
    default void withdrawnChallenge_isGone() {
        StoreFixture store = store();
        PostedChallenges challenges = store.open("first").challenges();
        challenges.post(CHALLENGED, "token.print", store.time.instant().plus(FIVE_MINUTES));

        store.calls.loseNextAnswerTo("DeleteItem");
        assertThat(challenges.withdraw(CHALLENGED, "token.print")).isEqualTo(new StoreEffect.Done());
        assertThat(store.row(CoordinationKey.challenge(CHALLENGED))).isEmpty();
    }
}
