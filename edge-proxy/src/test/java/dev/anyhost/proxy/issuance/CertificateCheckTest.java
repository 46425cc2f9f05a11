package dev.anyhost.proxy.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.testkit.ServerIdentity;
import dev.anyhost.testkit.TestCa;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

class CertificateCheckTest {

    private final Instant now = Instant.now();
    private static final Hostname SHOP = Hostname.parse("shop.example").orElseThrow();

    private final TestCa ca = TestCa.create("Issuing CA");
    private final ServerIdentity shop = ca.issue("shop.example");
    private final PublicKey ours = shop.leaf().getPublicKey();

    @Test
    void orderedCertificate_hasNoFault() {
        assertThat(fault(shop.leaf(), ca.root())).isEmpty();
    }

    @Test
    void nameInOtherCase_isTheSameName() {
        ServerIdentity upper = ca.issue("SHOP.example");

        assertThat(CertificateCheck.fault(
                        List.of(upper.leaf(), ca.root()), SHOP, upper.leaf().getPublicKey(), now))
                .isEmpty();
    }

    @Test
    void missingChain_isAFault() {
        assertThat(fault()).hasValueSatisfying(text -> assertThat(text).contains("chain of 0"));
        assertThat(fault(shop.leaf()))
                .hasValueSatisfying(text -> assertThat(text).contains("chain of 1"));
    }

    @Test
    void endlessChain_isAFault() {
        assertThat(CertificateCheck.fault(Collections.nCopies(50, ca.root()), SHOP, ours, now))
                .isPresent();
    }

    @Test
    void otherKey_isAFault() {
        assertThat(fault(ca.issue("shop.example").leaf(), ca.root()))
                .hasValueSatisfying(text -> assertThat(text).contains("public key"));
    }

    @Test
    void otherName_isAFault() {
        assertThat(faultOfNames("other.example")).contains("the certificate's names aren't just shop.example");
        assertThat(faultOfNames("shop.example", "other.example")).isPresent();
        assertThat(faultOfNames("127.0.0.1")).isPresent();
    }

    @Test
    void expired_isAFault() {
        ServerIdentity old =
                ca.issue(List.of("shop.example"), now.minus(Duration.ofDays(9)), now.minus(Duration.ofSeconds(2)));

        assertThat(CertificateCheck.fault(
                        List.of(old.leaf(), ca.root()), SHOP, old.leaf().getPublicKey(), now))
                .hasValueSatisfying(text -> assertThat(text).contains("expired"));
    }

    @Test
    void chainOfAnotherAuthority_isAFault() {
        TestCa namesake = TestCa.create("Issuing CA");

        assertThat(fault(shop.leaf(), namesake.root())).isPresent();
        assertThat(fault(shop.leaf(), TestCa.create("Other CA").root())).isPresent();
        assertThat(fault(shop.leaf(), ca.root(), namesake.root())).isPresent();
    }

    @Test
    void swappedChain_isAFault() {
        assertThat(fault(ca.root(), shop.leaf())).isPresent();
    }

    @Test
    void chainThroughACertificateThatMayNotIssue_isAFault() throws Exception {
        ServerIdentity mayNot = ca.issue("may-not-issue.example");
        X509Certificate leaf = signedWith(mayNot);
        leaf.verify(mayNot.leaf().getPublicKey());

        assertThat(fault(leaf, mayNot.leaf(), ca.root()))
                .contains("certificate 0 of the chain isn't signed by the next");
    }

    private X509Certificate signedWith(ServerIdentity issuer) throws Exception {
        var builder = new JcaX509v3CertificateBuilder(
                issuer.leaf(),
                BigInteger.ONE,
                Date.from(now.minus(Duration.ofHours(1))),
                Date.from(now.plus(Duration.ofHours(1))),
                new X500Principal("CN=shop.example"),
                ours);
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.dNSName, "shop.example")));
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.privateKey())));
    }

    private Optional<String> fault(X509Certificate... chain) {
        return CertificateCheck.fault(List.of(chain), SHOP, ours, now);
    }

    private Optional<String> faultOfNames(String... names) {
        ServerIdentity other = ca.issue(names);
        return CertificateCheck.fault(
                List.of(other.leaf(), ca.root()), SHOP, other.leaf().getPublicKey(), now);
    }
}
