package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.ISSUER;
import static dev.anyhost.store.TestCertificates.ROUTE;
import static dev.anyhost.store.TestCertificates.certificate;
import static dev.anyhost.store.TestCertificates.hostname;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.encryption.Plaintext;
import dev.anyhost.store.encryption.SealResult;
import java.security.cert.CertificateEncodingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What a certificate's item holds, and what reading it says when somebody meddled. */
interface CertificateContract extends StoreContract {

    Hostname SHOP = hostname("shop.example.com");
    Hostname OTHER = hostname("other.example.com");

    private static Lease lease(CertificateTables tables, Hostname hostname) {
        return ((ClaimResult.Claimed) tables.leases().claim(hostname, "proxy-1")).lease();
    }

    private static void stored(StoreFixture store, NewCertificate certificate) {
        CertificateTables tables = store.open("first");
        assertThat(tables.certificates().put(certificate, 0, lease(tables, certificate.hostname())))
                .isEqualTo(new WriteResult.Written(1));
        store.calls.operations();
    }

    @Test
    default void storedCertificate_isFoundAsItWas() {
        StoreFixture store = store();
        NewCertificate written =
                certificate(SHOP, new LastVerdict(ROUTE, Optional.of(Instant.parse("2026-11-21T09:00:00Z"))));
        stored(store, written);

        FindResult found = store.open("first").certificates().find(SHOP);

        var leaf = written.chain().getFirst();
        assertThat(found)
                .isEqualTo(new FindResult.Found(new StoredCertificate(
                        SHOP,
                        written.chain(),
                        written.key(),
                        leaf.getNotBefore().toInstant(),
                        leaf.getNotAfter().toInstant(),
                        ISSUER,
                        1,
                        1,
                        new LastVerdict(ROUTE, Optional.of(Instant.parse("2026-11-21T09:00:00Z"))),
                        new Upkeep(leaf.getNotBefore().toInstant(), TestCertificates.USED, Optional.empty()))));
    }

    @Test
    default void absentHostname_isAbsent() {
        CertificateStore certificates = store().open("first").certificates();

        assertThat(certificates.find(SHOP)).isEqualTo(new FindResult.Absent());
        assertThat(certificates.findConsistent(SHOP)).isEqualTo(new FindResult.Absent());
    }

    @Test
    default void coldLoad_isOneGetItem() {
        StoreFixture store = store();
        stored(store, certificate(SHOP));
        CertificateStore certificates = store.open("first").certificates();

        certificates.find(SHOP);
        assertThat(store.calls.lastWasConsistent()).isFalse();
        assertThat(store.calls.operations()).containsExactly("GetItem");

        certificates.findConsistent(SHOP);
        assertThat(store.calls.lastWasConsistent()).isTrue();
        assertThat(store.calls.operations()).containsExactly("GetItem");
    }

    @Test
    default void privateKey_isNotReadableInItsItem() {
        StoreFixture store = store();
        NewCertificate written = certificate(SHOP);
        stored(store, written);

        assertThat(KeySearch.windowsOf(written.key(), store.item(SHOP.value()))).isEmpty();
    }

    @Test
    default void itemMovedToAnotherHostname_isDamagedThere() {
        StoreFixture store = store();
        stored(store, certificate(SHOP));
        Map<String, AttributeValue> moved = store.item(SHOP.value());
        moved.put("hostname", AttributeValue.fromS(OTHER.value()));
        store.replaceItem(moved);

        assertThat(damage(store.open("first").certificates().find(OTHER))).contains("doesn't authenticate");
    }

    @Test
    default void keysSwappedBetweenHostnames_areDamagedInBoth() {
        StoreFixture store = store();
        stored(store, certificate(SHOP));
        stored(store, certificate(OTHER));
        Map<String, AttributeValue> shop = store.item(SHOP.value());
        Map<String, AttributeValue> other = store.item(OTHER.value());
        AttributeValue shopKey = shop.get("private_key");
        shop.put("private_key", other.get("private_key"));
        other.put("private_key", shopKey);
        store.replaceItem(shop);
        store.replaceItem(other);
        CertificateStore certificates = store.open("first").certificates();

        // Not only a pair that doesn't match: the hostname is bound to the ciphertext.
        assertThat(damage(certificates.find(SHOP))).contains("doesn't authenticate");
        assertThat(damage(certificates.find(OTHER))).contains("doesn't authenticate");
    }

    private static String damage(FindResult result) {
        return ((FindResult.Damaged) result).reason();
    }

    @Test
    default void certificateOfAnotherKey_isDamaged() {
        StoreFixture store = store();
        stored(store, certificate(SHOP));
        NewCertificate another = certificate(SHOP);
        Map<String, AttributeValue> item = store.item(SHOP.value());
        item.put("chain", chain(another));
        store.replaceItem(item);

        assertThat(store.open("first").certificates().find(SHOP))
                .isEqualTo(new FindResult.Damaged(
                        1, "the private key is not the certificate's", LastVerdict.allowed(ROUTE)));
    }

    @Test
    default void certificateForAnotherHostname_isDamaged() {
        StoreFixture store = store();
        stored(store, certificate(SHOP));
        NewCertificate other = certificate(OTHER);
        var sealed = (SealResult.Sealed)
                store.encryption("first").seal(new Plaintext(other.key().getEncoded()), CertificateItem.purpose(SHOP));
        Map<String, AttributeValue> item = store.item(SHOP.value());
        item.put("chain", chain(other));
        item.put(
                "private_key",
                AttributeValue.fromB(SdkBytes.fromByteArray(sealed.ciphertext().bytes())));
        store.replaceItem(item);

        assertThat(store.open("first").certificates().find(SHOP))
                .isEqualTo(new FindResult.Damaged(
                        1, "the certificate is not for shop.example.com", LastVerdict.allowed(ROUTE)));
    }

    private static AttributeValue chain(NewCertificate certificate) {
        try {
            List<AttributeValue> chain = new ArrayList<>();
            for (var one : certificate.chain()) {
                chain.add(AttributeValue.fromB(SdkBytes.fromByteArray(one.getEncoded())));
            }
            return AttributeValue.fromL(chain);
        } catch (CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    default void itemWithoutOneOfItsAttributes_isNeverFound() {
        StoreFixture store = store();
        stored(store, certificate(SHOP));
        Map<String, AttributeValue> whole = store.item(SHOP.value());
        CertificateStore certificates = store.open("first").certificates();

        for (String attribute : List.of("chain", "private_key", "key_id", "version", "verdict")) {
            Map<String, AttributeValue> without = new HashMap<>(whole);
            without.remove(attribute);
            store.replaceItem(without);
            assertThat(certificates.find(SHOP)).as("without %s", attribute).isInstanceOf(FindResult.Damaged.class);

            Map<String, AttributeValue> garbage = new HashMap<>(whole);
            garbage.put(attribute, AttributeValue.fromSs(List.of("garbage")));
            store.replaceItem(garbage);
            assertThat(certificates.find(SHOP)).as("garbage %s", attribute).isInstanceOf(FindResult.Damaged.class);
        }
    }

    @Test
    default void unreadableOrigin_isDamagedRatherThanTheDefaultOrigin() {
        StoreFixture store = store();
        stored(store, certificate(SHOP));
        Map<String, AttributeValue> item = store.item(SHOP.value());
        item.put(
                "verdict",
                AttributeValue.fromM(Map.of(
                        "origin", AttributeValue.fromS("not an origin"),
                        "refused", AttributeValue.fromBool(false))));
        store.replaceItem(item);

        assertThat(store.open("first").certificates().find(SHOP))
                .isEqualTo(new FindResult.Damaged(1, "it is incomplete", LastVerdict.UNKNOWN));
    }

    @Test
    default void unreadablePolicy_isDamagedRatherThanTheUsualPolicy() {
        StoreFixture store = store();
        stored(store, certificate(SHOP));
        Map<String, AttributeValue> item = store.item(SHOP.value());
        AttributeValue redirect = AttributeValue.fromBool(false);
        for (AttributeValue policy : List.of(
                AttributeValue.fromS("garbage"),
                AttributeValue.fromM(Map.of()),
                AttributeValue.fromM(Map.of("https_redirect", AttributeValue.fromS("false"))),
                AttributeValue.fromM(Map.of("https_redirect", redirect, "preserve_host", AttributeValue.fromN("1"))),
                AttributeValue.fromM(Map.of("https_redirect", redirect, "hsts_max_age", AttributeValue.fromN("-1"))),
                AttributeValue.fromM(Map.of("https_redirect", redirect, "hsts_max_age", AttributeValue.fromN("1e30"))),
                AttributeValue.fromM(Map.of("https_redirect", redirect, "hsts_max_age", AttributeValue.fromS("60"))))) {
            item.put(
                    "verdict",
                    AttributeValue.fromM(Map.of("policy", policy, "refused", AttributeValue.fromBool(false))));
            store.replaceItem(item);

            assertThat(store.open("first").certificates().find(SHOP))
                    .as("%s", policy)
                    .isEqualTo(new FindResult.Damaged(1, "it is incomplete", LastVerdict.UNKNOWN));
        }
    }

    @Test
    default void damagedItem_isReplacedByItsVersion() {
        StoreFixture store = store();
        stored(store, certificate(SHOP));
        Map<String, AttributeValue> item = store.item(SHOP.value());
        byte[] sealed = Attributes.bytes(item, "private_key").orElseThrow();
        sealed[sealed.length - 1] ^= 1;
        item.put("private_key", AttributeValue.fromB(SdkBytes.fromByteArray(sealed)));
        store.replaceItem(item);
        CertificateTables tables = store.open("first");
        FindResult.Damaged damaged = (FindResult.Damaged) tables.certificates().find(SHOP);
        Lease first = new Lease(SHOP, "proxy-1", 1, 0, 0, 0, Optional.empty(), Optional.empty());

        assertThat(tables.certificates().put(certificate(SHOP), damaged.version(), first))
                .isEqualTo(new WriteResult.Written(2));
        assertThat(tables.certificates().find(SHOP)).isInstanceOf(FindResult.Found.class);
    }

    @Test
    default void itemUnderUnknownKey_isUnavailable() {
        StoreFixture store = store();
        stored(store, certificate(SHOP));
        String keyId = store.encryption("first").keyIds().getFirst();

        FindResult found = store.open("mistyped").certificates().find(SHOP);

        assertThat(found)
                .isInstanceOfSatisfying(
                        FindResult.KeyUnavailable.class,
                        unavailable -> assertThat(unavailable.keyId()).isEqualTo(keyId));
    }

    @Test
    default void itemUnderSecondKey_isFound() {
        StoreFixture store = store();
        stored(store, certificate(SHOP));

        assertThat(store.open("newer", "first").certificates().find(SHOP)).isInstanceOf(FindResult.Found.class);
    }

    @Test
    default void itemOfALaterRelease_isReadByWhatIsKnownOfIt() {
        StoreFixture store = store();
        stored(store, certificate(SHOP));
        Map<String, AttributeValue> item = store.item(SHOP.value());
        item.put("added_later", AttributeValue.fromS("something"));
        store.replaceItem(item);
        CertificateStore certificates = store.open("first").certificates();
        assertThat(certificates.find(SHOP)).isInstanceOf(FindResult.Found.class);

        item.put("format", AttributeValue.fromN("2"));
        store.replaceItem(item);
        assertThat(certificates.find(SHOP)).isInstanceOf(FindResult.Unreachable.class);
    }

    @Test
    default void certificateThatCantServe_isNotWritten() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        Lease lease = lease(tables, SHOP);
        NewCertificate good = certificate(SHOP);
        NewCertificate wrongKey = new NewCertificate(
                SHOP, good.chain(), certificate(SHOP).key(), ISSUER, LastVerdict.allowed(ROUTE), TestCertificates.USED);

        assertThatThrownBy(() -> tables.certificates().put(wrongKey, 0, lease))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shop.example.com: the private key is not the certificate's");
        assertThatThrownBy(() -> tables.certificates().put(certificate(OTHER), 0, lease))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(store.item(SHOP.value())).isEmpty();
    }
}
