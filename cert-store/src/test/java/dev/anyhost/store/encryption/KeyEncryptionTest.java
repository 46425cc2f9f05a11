package dev.anyhost.store.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kms.model.DisabledException;
import software.amazon.awssdk.services.kms.model.KmsException;

class KeyEncryptionTest {

    private static final String ARN = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    private static final String MULTI_REGION =
            "arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";
    private static final String REPLICA = MULTI_REGION.replace("us-east-1", "eu-west-1");
    private static final String SECRET = "a private key";

    @TempDir
    Path folder;

    private final ScriptedKms kms;

    KeyEncryptionTest() throws GeneralSecurityException {
        kms = new ScriptedKms("0123456789abcdef0123456789abcdef");
    }

    private KeyEncryption usable(String... specs) {
        return ((KeyEncryption.Configured.Usable) KeyEncryption.of(List.of(specs), folder, _ -> kms)).encryption();
    }

    private String keyFile(String name, int fill) throws IOException {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        Files.writeString(folder.resolve(name), Base64.getEncoder().encodeToString(key) + "\n");
        return "file:" + name;
    }

    private static SealResult.Sealed sealed(KeyEncryption keys, String purpose) {
        return (SealResult.Sealed) keys.seal(new Plaintext(SECRET.getBytes(StandardCharsets.US_ASCII)), purpose);
    }

    private static String opened(OpenResult result) {
        return new String(((OpenResult.Opened) result).plaintext().bytes(), StandardCharsets.US_ASCII);
    }

    @Test
    void sealedSecret_opensForItsPurposeOnly() throws IOException {
        KeyEncryption keys = usable(keyFile("key", 1));
        SealResult.Sealed sealed = sealed(keys, "shop.example.com");
        byte[] bytes = sealed.ciphertext().bytes();

        assertThat(opened(keys.open(sealed.keyId(), bytes, "shop.example.com"))).isEqualTo(SECRET);
        assertThat(keys.open(sealed.keyId(), bytes, "other.example.com")).isInstanceOf(OpenResult.NotAuthentic.class);
    }

    @Test
    void everySecret_hasADataKeyOfItsOwn() throws IOException {
        KeyEncryption keys = usable(keyFile("key", 1));

        assertThat(sealed(keys, "a.example").ciphertext().bytes())
                .isNotEqualTo(sealed(keys, "a.example").ciphertext().bytes());
    }

    @Test
    void anyBytes_giveAnAnswer() throws IOException {
        KeyEncryption keys = usable(keyFile("key", 1));
        SealResult.Sealed sealed = sealed(keys, "a.example");
        byte[] whole = sealed.ciphertext().bytes();

        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThat(keys.open(sealed.keyId(), cut, "a.example"))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(OpenResult.NotAuthentic.class);
            byte[] flipped = whole.clone();
            flipped[length] ^= 0x40;
            assertThat(keys.open(sealed.keyId(), flipped, "a.example"))
                    .as("flipped at %d", length)
                    .isInstanceOf(OpenResult.NotAuthentic.class);
        }
    }

    @Test
    void firstKey_encryptsAndAllDecrypt() throws IOException {
        String former = keyFile("former", 1);
        String current = keyFile("current", 2);
        SealResult.Sealed old = sealed(usable(former), "a.example");
        KeyEncryption both = usable(current, former);

        assertThat(opened(both.open(old.keyId(), old.ciphertext().bytes(), "a.example")))
                .isEqualTo(SECRET);
        assertThat(sealed(both, "a.example").keyId()).isEqualTo(both.keyIds().getFirst());
        assertThat(both.encryptsWith(old.keyId())).isFalse();
    }

    @Test
    void unknownKeyId_isUnavailable() throws IOException {
        SealResult.Sealed sealed = sealed(usable(keyFile("one", 1)), "a.example");

        OpenResult result = usable(keyFile("two", 2))
                .open(sealed.keyId(), sealed.ciphertext().bytes(), "a.example");

        assertThat(result)
                .isInstanceOfSatisfying(
                        OpenResult.KeyUnavailable.class,
                        unavailable -> assertThat(unavailable.keyId()).isEqualTo(sealed.keyId()));
    }

    @Test
    void fileKeysId_dependsOnTheKeyAloneAndShowsNothingOfIt() throws Exception {
        String id = usable(keyFile("one", 7)).keyIds().getFirst();
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) 7);
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key));

        assertThat(id).matches("file-[0-9a-f]{16}");
        assertThat(usable(keyFile("renamed", 7)).keyIds()).containsExactly(id);
        assertThat(usable(keyFile("another", 8)).keyIds()).doesNotContain(id);
        assertThat(hash).doesNotContain(id.substring("file-".length()));
    }

    @Test
    void kmsKey_wrapsTheDataKeyAndLearnsNoHostname() {
        KeyEncryption keys = usable("kms:" + ARN);
        SealResult.Sealed sealed = sealed(keys, "shop.example.com");

        assertThat(sealed.keyId()).isEqualTo(ARN);
        assertThat(opened(keys.open(ARN, sealed.ciphertext().bytes(), "shop.example.com")))
                .isEqualTo(SECRET);
        assertThat(keys.open(ARN, sealed.ciphertext().bytes(), "other.example.com"))
                .isInstanceOf(OpenResult.NotAuthentic.class);
        assertThat(kms.asked)
                .containsExactly("encrypt " + ARN + " {}", "decrypt " + ARN + " {}", "decrypt " + ARN + " {}");
    }

    @Test
    void replicaOfAMultiRegionKey_isTheSameKey() {
        SealResult.Sealed sealed = sealed(usable("kms:" + MULTI_REGION), "a.example");
        KeyEncryption replica = usable("kms:" + REPLICA);

        assertThat(opened(replica.open(sealed.keyId(), sealed.ciphertext().bytes(), "a.example")))
                .isEqualTo(SECRET);
        assertThat(replica.encryptsWith(MULTI_REGION)).isTrue();
        assertThat(kms.asked).last().isEqualTo("decrypt " + REPLICA + " {}");
    }

    @Test
    void keyOfAnotherAccountOrRegion_isAnotherKey() {
        KeyEncryption keys = usable("kms:" + ARN);

        assertThat(keys.open(ARN.replace("us-east-1", "eu-west-1"), new byte[99], "a.example"))
                .isInstanceOf(OpenResult.KeyUnavailable.class);
        assertThat(usable("kms:" + MULTI_REGION).encryptsWith(MULTI_REGION.replace("111122223333", "444455556666")))
                .isFalse();
    }

    @Test
    void failingKms_isUnavailableAndNeverDamage() {
        KeyEncryption keys = usable("kms:" + ARN);
        SealResult.Sealed sealed = sealed(keys, "a.example");
        List<RuntimeException> failures = List.of(
                SdkClientException.create("no route to host"),
                DisabledException.builder().message("the key is disabled").build(),
                KmsException.builder().message("AccessDenied").statusCode(400).build());

        for (RuntimeException failure : failures) {
            kms.failWith(failure);
            assertThat(keys.open(ARN, sealed.ciphertext().bytes(), "a.example"))
                    .isInstanceOf(OpenResult.KeyUnavailable.class);
            assertThat(keys.seal(new Plaintext(new byte[1]), "a.example"))
                    .isInstanceOf(SealResult.KeyUnavailable.class);
        }
    }

    @Test
    void ciphertextThatKmsRejects_isNotAuthentic() throws GeneralSecurityException {
        SealResult.Sealed sealed = sealed(usable("kms:" + ARN), "a.example");
        ScriptedKms another = new ScriptedKms("another key 6789abcdef0123456789");
        KeyEncryption keys = ((KeyEncryption.Configured.Usable)
                        KeyEncryption.of(List.of("kms:" + ARN), folder, _ -> another))
                .encryption();

        assertThat(keys.open(ARN, sealed.ciphertext().bytes(), "a.example"))
                .isInstanceOf(OpenResult.NotAuthentic.class);
    }

    @Test
    void mistakes_areAllReportedAtOnce() throws IOException {
        Files.writeString(folder.resolve("short"), Base64.getEncoder().encodeToString(new byte[31]));
        Files.writeString(folder.resolve("text"), "not base64!");
        List<String> specs = List.of(
                keyFile("good", 1),
                "file:missing",
                "file:short",
                "file:text",
                "kms:alias/my-key",
                "vault:x",
                "file:\0");

        var unusable = (KeyEncryption.Configured.Unusable) KeyEncryption.of(specs, folder);

        assertThat(unusable.mistakes())
                .extracting(KeyEncryption.Mistake::value)
                .containsExactlyElementsOf(specs.subList(1, specs.size()));
        assertThat(unusable.mistakes())
                .extracting(KeyEncryption.Mistake::expected)
                .doesNotContain("");
    }

    @Test
    void noKeyAtAll_isAMistake() {
        assertThat(KeyEncryption.of(List.of(), folder))
                .isEqualTo(new KeyEncryption.Configured.Unusable(List.of(new KeyEncryption.Mistake(
                        "[]", "at least one kms:<key ARN> or file:<path of 32 bytes in base64>"))));
    }

    @Test
    void closing_closesTheKeyService() {
        usable("kms:" + ARN).close();

        assertThat(kms.asked).containsExactly("close");
    }

    @Test
    void plaintext_isWipedAndNotShown() {
        byte[] bytes = SECRET.getBytes(StandardCharsets.US_ASCII);
        Plaintext plaintext = new Plaintext(bytes);

        assertThat(new OpenResult.Opened(plaintext).toString()).isEqualTo("Opened[plaintext=Plaintext]");
        plaintext.close();
        assertThat(bytes).containsOnly(0);
    }
}
