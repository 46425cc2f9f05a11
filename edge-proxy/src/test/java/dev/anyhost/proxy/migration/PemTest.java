package dev.anyhost.proxy.migration;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.ServerIdentity;
import java.io.IOException;
import java.io.StringWriter;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Random;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.Test;

class PemTest {

    private final ServerIdentity shop = CaddyTree.certificate("shop.example");
    private final PublicKey certified = shop.leaf().getPublicKey();

    private static PrivateKey read(String pem, PublicKey certified) {
        return switch (Pem.key(pem.getBytes(US_ASCII), certified)) {
            case Pem.Key.Private secret -> secret.key();
            case Pem.Key.Malformed(String reason) -> throw new AssertionError(reason);
        };
    }

    private String fault(String pem) {
        return switch (Pem.key(pem.getBytes(US_ASCII), shop.leaf().getPublicKey())) {
            case Pem.Key.Private _ -> "none";
            case Pem.Key.Malformed(String reason) -> reason;
        };
    }

    @Test
    void sec1AndPkcs8_areTheSameKey() throws Exception {
        String sec1 = CaddyTree.key(shop.privateKey());

        assertThat(sec1).startsWith("-----BEGIN EC PRIVATE KEY-----");
        assertThat(shop.privateKeyPem()).startsWith("-----BEGIN PRIVATE KEY-----");
        assertThat(CaddyTree.secret(read(sec1, certified))).isEqualTo(CaddyTree.secret(shop.privateKey()));
        assertThat(read(shop.privateKeyPem(), certified)).isEqualTo(shop.privateKey());
    }

    @Test
    void pkcs1_isRead() throws Exception {
        KeyPair pair = CaddyTree.rsa(2048);
        String pkcs1 = CaddyTree.key(pair.getPrivate());

        assertThat(pkcs1).startsWith("-----BEGIN RSA PRIVATE KEY-----");
        assertThat(read(pkcs1, pair.getPublic())).isEqualTo(pair.getPrivate());
    }

    @Test
    void curveParametersBeforeTheKey_arePassedOver() throws Exception {
        String parameters = CaddyTree.pem(new PemObject("EC PARAMETERS", SECObjectIdentifiers.secp256r1.getEncoded()));

        assertThat(read(parameters + CaddyTree.keyWithoutCurve(shop.privateKey()), certified))
                .isEqualTo(shop.privateKey());
    }

    @Test
    void keyWithPassphrase_isSaidToHaveOne() throws Exception {
        var text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(
                    shop.privateKey(),
                    new JcePEMEncryptorBuilder("AES-128-CBC")
                            .setProvider(new BouncyCastleProvider())
                            .build("secret".toCharArray()));
        }

        assertThat(fault(text.toString())).isEqualTo("the private key has a passphrase");
    }

    @Test
    void keyOfAnotherKind_isSaidToBeNone() throws Exception {
        assertThat(fault(CaddyTree.key(CaddyTree.rsa(2048).getPrivate())))
                .isEqualTo("the private key is no usable EC key");
        assertThat(fault(shop.chainPem())).isEqualTo("no private key in PEM");
        assertThat(fault("")).isEqualTo("no private key in PEM");
    }

    @Test
    void keyCutOffAnywhere_isNoKey_andNothingOfItIsSaid() throws IOException {
        String pem = CaddyTree.key(shop.privateKey());
        int complete = pem.stripTrailing().length();
        for (int end = 0; end < complete; end++) {
            String fault = fault(pem.substring(0, end));

            assertThat(fault).as("cut at %s", end).matches("no private key in PEM|the PEM is cut off or damaged");
        }
    }

    @Test
    void damagedBytes_giveAnAnswerAlways() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (String pem :
                new String[] {CaddyTree.key(shop.privateKey()), shop.privateKeyPem(), CaddyTree.chain(shop)}) {
            for (int i = 0; i < 2_000; i++) {
                byte[] bytes = pem.getBytes(US_ASCII);
                for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                assertThat(Pem.key(bytes, certified)).as("seed %s", seed).isNotNull();
                assertThat(Pem.chain(bytes)).as("seed %s", seed).isNotNull();
            }
        }
    }

    @Test
    void chain_isReadInTheFilesOrder_whateverStandsBetween() throws IOException {
        String pem = "# leaf\n" + shop.chainPem() + "issued by\n"
                + CaddyTree.chain(shop).substring(shop.chainPem().length());

        assertThat(Pem.chain(pem.getBytes(US_ASCII)))
                .isInstanceOfSatisfying(
                        Pem.Chain.Certificates.class,
                        read -> assertThat(read.chain()).hasSize(2).startsWith(shop.leaf()));
    }

    @Test
    void chainCutOff_isDamaged() throws IOException {
        String pem = CaddyTree.chain(shop);

        assertThat(Pem.chain(pem.substring(0, pem.length() - 40).getBytes(US_ASCII)))
                .isEqualTo(new Pem.Chain.Malformed("the PEM is cut off or damaged"));
        assertThat(Pem.chain(new byte[0])).isEqualTo(new Pem.Chain.Malformed("no certificate in PEM"));
    }

    @Test
    void keyThatWasRead_showsNothing() throws IOException {
        assertThat(Pem.key(CaddyTree.key(shop.privateKey()).getBytes(US_ASCII), certified))
                .hasToString("Private");
    }
}
