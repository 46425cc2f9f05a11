package dev.anyhost.proxy.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.ChallengeBoard;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.issuance.AcmeSettings.ExternalAccount;
import dev.anyhost.proxy.issuance.AcmeSettings.Wishes;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Cause;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Issued;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Unavailable;
import dev.anyhost.testkit.PebbleCa;
import dev.anyhost.testkit.PebbleOptions;
import dev.anyhost.testkit.PebblePrograms;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a real authority is told besides the hostname: whose account it is, which profile, which chain. */
class AuthorityWishesTest {

    private static final String SHORT_LIVED = "shortlived";
    private static final Duration LIFE = Duration.ofHours(160);
    private static final String KEY_ID = "customer-7";
    private static final String MAC_KEY = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    private static final ExternalAccount OURS = new ExternalAccount(KEY_ID, MAC_KEY);

    private static PebbleCa pebble;

    private final InstantSource clock = InstantSource.system();
    private final MemoryStore store = new MemoryStore();

    @BeforeAll
    static void start() {
        pebble = PebbleCa.start(PebbleOptions.believing()
                .withExternalAccounts(Map.of(KEY_ID, MAC_KEY))
                .withProfile(SHORT_LIVED, LIFE)
                .withPrograms(PebblePrograms.unstable()));
    }

    @AfterAll
    static void stop() {
        pebble.close();
    }

    private IssuanceOutcome issue(Optional<ExternalAccount> account, Wishes wishes) {
        var settings = new AcmeSettings(
                pebble.directory(),
                "ops@example.com",
                Optional.of(pebble.trustedRoots()),
                List.of(ChallengeType.HTTP_01),
                account,
                wishes,
                OrderLimits.NONE,
                AcmeSettings.TimeLimits.USUAL);
        if (SharedAccount.load(store, pebble.directory()) instanceof SharedAccount.Loading.Loaded(SharedAccount loaded)
                && DirectoryTrust.reading(settings.trustedRoots()) instanceof DirectoryTrust.Trusting(var tls)) {
            try (var issuer =
                    new AcmeIssuer(settings, tls, loaded, new ChallengeBoard(store, clock), IssuanceTime.real())) {
                return issuer.issue(new IssuanceRequest(
                        Hostname.parse("shop.example").orElseThrow(),
                        ChallengeType.HTTP_01,
                        Optional.empty(),
                        Optional.empty(),
                        _ -> new Permit.Granted(),
                        _ -> {},
                        () -> false));
            }
        }
        throw new AssertionError("no account");
    }

    private List<X509Certificate> chain(Wishes wishes) {
        IssuanceOutcome outcome = issue(Optional.of(OURS), wishes);
        assertThat(outcome).isInstanceOf(Issued.class);
        return ((Issued) outcome).chain();
    }

    private void assertAccountRefused(IssuanceOutcome outcome, String problem) {
        assertThat(outcome).isInstanceOfSatisfying(Unavailable.class, refused -> {
            assertThat(refused.cause()).isEqualTo(Cause.ACCOUNT_REFUSED);
            assertThat(refused.detail()).contains(problem).doesNotContain(MAC_KEY);
        });
    }

    @Test
    void accountOfACustomer_isBoundWhenItIsRegistered() {
        assertAccountRefused(issue(Optional.empty(), Wishes.NONE), "externalAccountRequired");
        assertAccountRefused(
                issue(Optional.of(new ExternalAccount(KEY_ID, MAC_KEY.replace('z', 'y'))), Wishes.NONE), "");

        assertThat(chain(Wishes.NONE)).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void profile_isOrdered() {
        X509Certificate leaf =
                chain(new Wishes(Optional.of(SHORT_LIVED), Optional.empty())).getFirst();

        assertThat(Duration.between(
                        leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant()))
                .isBetween(LIFE.minusMinutes(2), LIFE.plusMinutes(2));
    }

    @Test
    void profileThatIsntOffered_isNoHostnamesFault() {
        assertThat(issue(Optional.of(OURS), new Wishes(Optional.of("gold"), Optional.empty())))
                .isInstanceOf(Unavailable.class);
    }

    @Test
    void preferredChain_isTakenWhereItIsOffered() throws Exception {
        X509Certificate wanted = pebble.alternateRoot();
        String name = wanted.getSubjectX500Principal().getName().replaceFirst("^.*CN=([^,]+).*$", "$1");

        chain(new Wishes(Optional.empty(), Optional.of(name))).getLast().verify(wanted.getPublicKey());
        chain(new Wishes(Optional.empty(), Optional.of("Nobody's Root")))
                .getLast()
                .verify(pebble.issuingRoots().getFirst().getPublicKey());
    }
}
