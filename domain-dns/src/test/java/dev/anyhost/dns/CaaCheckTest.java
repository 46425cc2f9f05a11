package dev.anyhost.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.DnsServer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** RFC 8659 and RFC 8657 against a real DNS server. */
class CaaCheckTest {

    private static final Set<String> LETS_ENCRYPT = Set.of("letsencrypt.org");
    private static final AtomicInteger ZONES = new AtomicInteger();

    private static DnsServer dns;

    private final DnsName zone = new DnsName("customer" + ZONES.incrementAndGet() + ".test");
    private final DnsName host = zone.child("shop");

    @BeforeAll
    static void start() {
        dns = DnsServer.start();
    }

    @AfterAll
    static void stop() {
        dns.close();
    }

    private CaaCheck.Result check(Set<String> methods) {
        return check(methods, Optional.empty());
    }

    private CaaCheck.Result check(Set<String> methods, Optional<String> account) {
        return new CaaCheck(new DnsClient(List.of(dns.address()), Duration.ofSeconds(20)))
                .of(host, new CaaCheck.Applicant(LETS_ENCRYPT, methods, account));
    }

    private boolean permitted(String issue, String... methods) {
        dns.clear(host.value());
        dns.addCaa(host.value(), "issue", issue);
        return check(Set.of(methods)) instanceof CaaCheck.Result.Permitted;
    }

    private boolean permittedTo(Optional<String> account, String issue) {
        dns.clear(host.value());
        dns.addCaa(host.value(), "issue", issue);
        return check(Set.of("http-01"), account) instanceof CaaCheck.Result.Permitted;
    }

    @Test
    void noRecordsUpToTheTop_permit() {
        assertThat(check(Set.of())).isEqualTo(new CaaCheck.Result.Permitted());
    }

    @Test
    void recordsOfTheZone_applyBelowIt() {
        dns.addCaa(zone.value(), "issue", "other.example");

        assertThat(check(Set.of())).isEqualTo(new CaaCheck.Result.Refused(zone));
    }

    @Test
    void recordsOfTheNameItself_comeFirst() {
        dns.addCaa(zone.value(), "issue", "other.example");
        dns.addCaa(host.value(), "issue", "LetsEncrypt.org");

        assertThat(check(Set.of())).isEqualTo(new CaaCheck.Result.Permitted());
    }

    @Test
    void oneOfSeveralRecords_isEnough() {
        dns.addCaa(host.value(), "issue", "other.example");
        dns.addCaa(host.value(), "issue", "letsencrypt.org");

        assertThat(check(Set.of())).isEqualTo(new CaaCheck.Result.Permitted());
    }

    @Test
    void servfail_saysNothing() {
        dns.setServfail(host.value());

        assertThat(check(Set.of())).isInstanceOf(CaaCheck.Result.NotAnswered.class);
    }

    @Test
    void validationMethods_areThoseThatMayBeUsed() {
        assertThat(permitted("letsencrypt.org;validationmethods=http-01", "http-01"))
                .isTrue();
        assertThat(permitted("letsencrypt.org ; ValidationMethods=dns-01,http-01", "http-01", "tls-alpn-01"))
                .isTrue();
        assertThat(permitted("letsencrypt.org; validationmethods=dns-01", "http-01", "tls-alpn-01"))
                .isFalse();
        assertThat(permitted("letsencrypt.org; validationmethods=", "http-01")).isFalse();
        assertThat(permitted("letsencrypt.org; validationmethods=dns-01")).isTrue();
    }

    @Test
    void account_isTheOneThatMayOrder() {
        Optional<String> ours = Optional.of("https://ca.test/acct/1");

        assertThat(permittedTo(ours, "letsencrypt.org; accounturi=https://ca.test/acct/1"))
                .isTrue();
        assertThat(permittedTo(ours, "letsencrypt.org; validationmethods=http-01 ;AccountURI=https://ca.test/acct/1 "))
                .isTrue();
        assertThat(permittedTo(ours, "letsencrypt.org; accounturi=https://ca.test/acct/12"))
                .isFalse();
        assertThat(permittedTo(ours, "letsencrypt.org; accounturi=")).isFalse();
        assertThat(permittedTo(
                        ours, "letsencrypt.org; accounturi=https://ca.test/acct/1; accounturi=https://ca.test/acct/2"))
                .isFalse();
        assertThat(permittedTo(Optional.empty(), "letsencrypt.org; accounturi=https://ca.test/acct/2"))
                .isTrue();
    }

    @Test
    void otherParameters_areTheAuthoritysBusiness() {
        assertThat(permitted("letsencrypt.org; policy=ev", "http-01")).isTrue();
        assertThat(permitted(";", "http-01")).isFalse();
    }
}
