package dev.anyhost.verifier.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.dns.DnsClient;
import dev.anyhost.dns.DnsName;
import dev.anyhost.domain.Hostname;
import dev.anyhost.testkit.DnsServer;
import dev.anyhost.verifier.onboarding.Finding;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.onboarding.Registration;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whole checks against a real DNS server. */
class DomainProbeTest {

    private static final DnsName EDGE = new DnsName("edge.example");
    private static final String TARGET = "t0abc.edge.example";
    private static final Edge OURS = new Edge(
            EDGE,
            List.of(
                    InetAddress.ofLiteral("192.0.2.10"),
                    InetAddress.ofLiteral("192.0.2.11"),
                    InetAddress.ofLiteral("2001:db8::10")),
            Edge.LETS_ENCRYPT);
    private static final Registration.Proof UNPROVEN = new Registration.Proof("tok", false, false);
    private static final Registration.Proof REQUIRED = new Registration.Proof("tok", true, false);
    private static final Registration.Proof GIVEN = new Registration.Proof("tok", false, true);
    private static final AtomicInteger NAMES = new AtomicInteger();

    private static DnsServer dns;

    private final String host = "shop.customer" + NAMES.incrementAndGet() + ".example";
    private DomainProbe probe;

    @BeforeAll
    static void start() {
        dns = DnsServer.start();
        dns.setDefaultIpv4("");
    }

    @AfterAll
    static void stop() {
        dns.close();
    }

    @BeforeEach
    void open() {
        probe = new DomainProbe(new DnsClient(List.of(dns.address()), Duration.ofSeconds(20)));
    }

    private Finding check(Registration.Proof proof) {
        return probe.check(new Expectation(Hostname.parse(host).orElseThrow(), new DnsName(TARGET), OURS, proof));
    }

    private FindingCode code(Registration.Proof proof) {
        return check(proof).code();
    }

    private void prove(String... texts) {
        for (String text : texts) {
            dns.setTxt("_anyhost." + host, text);
        }
    }

    @Test
    void cnameToTheTenantsTarget_provesByItself() {
        dns.setCname(host, TARGET);
        assertThat(code(UNPROVEN)).isEqualTo(FindingCode.CNAME_OK);
    }

    @Test
    void chainToTheTenantsTarget_provesToo() {
        dns.setCname(host, "alias." + host);
        dns.setCname("alias." + host, TARGET);
        assertThat(code(UNPROVEN)).isEqualTo(FindingCode.CNAME_OK);
    }

    @Test
    void nameThatWasAnothers_needsTheTextBesideTheCname() {
        dns.setCname(host, TARGET);
        Finding missing = check(REQUIRED);
        assertThat(missing.code()).isEqualTo(FindingCode.TXT_MISSING);
        assertThat(missing.message())
                .contains("TXT record _anyhost." + host + " with the value anyhost-verification=tok");
        prove("v=spf1 -all", "anyhost-verification=somebody-elses");
        assertThat(code(REQUIRED)).isEqualTo(FindingCode.TXT_WRONG);
        prove("anyhost-verification=tok");
        assertThat(code(REQUIRED)).isEqualTo(FindingCode.CNAME_OK);
    }

    @Test
    void targetOfAnotherTenant_isSaidAndProvesNothing() {
        dns.setCname(host, "t9other.edge.example");
        prove("anyhost-verification=tok");
        Finding finding = check(UNPROVEN);
        assertThat(finding.code()).isEqualTo(FindingCode.CNAME_OTHER_TENANT);
        assertThat(finding.message()).contains("t9other.edge.example", TARGET);
    }

    @Test
    void sharedTarget_needsTheText() {
        dns.setCname(host, "external.edge.example");
        assertThat(code(UNPROVEN)).isEqualTo(FindingCode.TXT_MISSING);
        assertThat(code(GIVEN)).isEqualTo(FindingCode.SHARED_TARGET_OK);
        prove("anyhost-verification=tok");
        assertThat(code(UNPROVEN)).isEqualTo(FindingCode.SHARED_TARGET_OK);
    }

    @Test
    void ourAddresses_needTheText() {
        dns.addA(host, "192.0.2.11", "192.0.2.10");
        assertThat(code(UNPROVEN)).isEqualTo(FindingCode.TXT_MISSING);
        prove("anyhost-verification=tok");
        assertThat(code(UNPROVEN)).isEqualTo(FindingCode.APEX_OK);
    }

    @Test
    void strangersAddressAmongOurs_isElsewhere() {
        dns.addA(host, "192.0.2.10", "198.51.100.1");
        Finding finding = check(GIVEN);
        assertThat(finding.code()).isEqualTo(FindingCode.ADDRESS_ELSEWHERE);
        assertThat(finding.message()).contains("198.51.100.1", "CNAME record " + host, "A 192.0.2.10 and A 192.0.2.11");
    }

    @Test
    void strangersIpv6BesideOurIpv4_isStale() {
        dns.addA(host, "192.0.2.10");
        dns.addAaaa(host, "2001:db8:bad::1");
        prove("anyhost-verification=tok");
        Finding finding = check(UNPROVEN);
        assertThat(finding.code()).isEqualTo(FindingCode.STALE_AAAA);
        assertThat(finding.message()).contains("2001:db8:bad:0:0:0:0:1");
    }

    @Test
    void cloudflaresAddresses_areTakenWithTheTextAndAWarning() {
        dns.addA(host, "104.16.1.1", "172.67.1.1");
        dns.addAaaa(host, "2606:4700::6810:101");
        assertThat(code(UNPROVEN)).isEqualTo(FindingCode.TXT_MISSING);
        prove("anyhost-verification=tok");
        Finding finding = check(UNPROVEN);
        assertThat(finding.code()).isEqualTo(FindingCode.CLOUDFLARE_PROXIED);
        assertThat(finding.kind()).isEqualTo(FindingCode.Kind.PROVEN_WITH_WARNING);
    }

    @Test
    void cnameElsewhere_isSaidWithWhatToCreate() {
        dns.setCname(host, "old-provider.example");
        Finding finding = check(GIVEN);
        assertThat(finding.code()).isEqualTo(FindingCode.CNAME_ELSEWHERE);
        assertThat(finding.message())
                .isEqualTo(host + " is a CNAME for old-provider.example; change it to a CNAME record " + host
                        + " with the value " + TARGET + ".");
    }

    @Test
    void nothingThere_isSaidWithWhatToCreate() {
        Finding finding = check(UNPROVEN);
        assertThat(finding.code()).isEqualTo(FindingCode.NO_RECORDS);
        assertThat(finding.message()).contains("CNAME record " + host + " with the value " + TARGET, "AAAA 2001:db8:");
    }

    @Test
    void servfail_isNobodysFault() {
        dns.setCname(host, TARGET);
        dns.setServfail(host);
        Finding finding = check(GIVEN);
        assertThat(finding.code()).isEqualTo(FindingCode.DNS_UNAVAILABLE);
        assertThat(finding.kind()).isEqualTo(FindingCode.Kind.UNKNOWN);
        assertThat(finding.message()).contains("SERVFAIL");
    }

    @Test
    void textThatCantBeAskedFor_isNobodysFault() {
        dns.addA(host, "192.0.2.10");
        dns.setServfail("_anyhost." + host);
        assertThat(code(UNPROVEN)).isEqualTo(FindingCode.DNS_UNAVAILABLE);
        assertThat(code(GIVEN)).isEqualTo(FindingCode.APEX_OK);
    }

    @Test
    void caaOfAnotherAuthority_refuses() {
        dns.addA(host, "192.0.2.10");
        dns.addCaa(host.substring(host.indexOf('.') + 1), "issue", "pki.goog");
        Finding finding = check(GIVEN);
        assertThat(finding.code()).isEqualTo(FindingCode.CAA_REFUSES);
        assertThat(finding.message()).contains("issue \"letsencrypt.org\"");
        dns.addCaa(host, "issue", "letsencrypt.org; validationmethods=http-01");
        assertThat(code(GIVEN)).isEqualTo(FindingCode.APEX_OK);
    }
}
