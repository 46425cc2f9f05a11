package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.domain.Route;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.store.encryption.OpenResult;
import dev.anyhost.store.encryption.Plaintext;
import dev.anyhost.store.encryption.SealResult;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A certificate as one item, so that a cold load is one GetItem.
 *
 * <p>Two releases write to one table while one replaces the other. New attributes may come at any time: readers pass over
 * what they don't know. The format's number rises only when an older reader would misunderstand an item; a release that
 * reads the new format has to be everywhere before one that writes it, and an item in a format of the future is never
 * replaced.
 */
final class CertificateItem {

    static final String HOSTNAME = "hostname";
    static final String VERSION = "version";
    static final String FENCE = "fence";
    static final String NOT_BEFORE = "not_before";
    static final String VERDICT = "verdict";
    static final String REFUSED_AT = "refused_at";

    private static final String SHARD = "shard";
    private static final String NOT_AFTER = "not_after";
    private static final String ISSUER = "issuer";

    /** All certificates that are looked after, those due for longest first in each shard. */
    static final TableIndex BY_DUE =
            new TableIndex("by-due", SHARD, UpkeepAttributes.DUE, List.of(NOT_AFTER, ISSUER, VERSION));

    private static final long FORMAT_WRITTEN = 1;
    private static final long FORMAT_READ = 1;

    private static final String FORMAT = "format";
    private static final String CHAIN = "chain";
    private static final String PRIVATE_KEY = "private_key";
    private static final String KEY_ID = "key_id";
    private static final String TENANT = "tenant";
    private static final String ORIGIN = "origin";
    private static final String REFUSED = "refused";

    private CertificateItem() {}

    /** The hostname is in it: a key moved to another hostname's item can't be decrypted there. */
    static String purpose(Hostname hostname) {
        return "anyhost certificate key of " + hostname.value();
    }

    /** All attributes but the attempt. */
    static Map<String, AttributeValue> write(
            RowKeys rows, NewCertificate next, long version, long fence, SealResult.Sealed privateKey)
            throws CertificateException {
        List<AttributeValue> chain = new ArrayList<>();
        for (X509Certificate certificate : next.chain()) {
            chain.add(Attributes.bytes(certificate.getEncoded()));
        }
        X509Certificate leaf = next.chain().getFirst();
        Map<String, AttributeValue> item = new HashMap<>(rows.of(next.hostname()));
        item.put(FORMAT, Attributes.number(FORMAT_WRITTEN));
        item.put(VERSION, Attributes.number(version));
        item.put(FENCE, Attributes.number(fence));
        item.put(CHAIN, AttributeValue.fromL(chain));
        item.put(PRIVATE_KEY, Attributes.bytes(privateKey.ciphertext().bytes()));
        item.put(KEY_ID, Attributes.text(privateKey.keyId()));
        item.put(NOT_BEFORE, Attributes.seconds(leaf.getNotBefore().toInstant()));
        item.put(SHARD, Attributes.text(rows.part(next.hostname())));
        item.put(NOT_AFTER, Attributes.seconds(leaf.getNotAfter().toInstant()));
        UpkeepAttributes.begin(leaf.getNotBefore().toInstant(), next.used(), item);
        item.put(ISSUER, Attributes.text(next.issuer()));
        item.put(VERDICT, verdict(next.lastVerdict()));
        next.lastVerdict().refusedAt().ifPresent(at -> item.put(REFUSED_AT, Attributes.seconds(at)));
        return item;
    }

    /** What makes a verdict another verdict: not the time of a refusal. */
    static AttributeValue verdict(LastVerdict verdict) {
        Map<String, AttributeValue> fields = new HashMap<>();
        verdict.route().tenant().ifPresent(tenant -> fields.put(TENANT, Attributes.text(tenant)));
        verdict.route().origin().ifPresent(origin -> fields.put(ORIGIN, Attributes.text(origin.toString())));
        PolicyAttribute.write(verdict.route().policy(), fields);
        fields.put(REFUSED, AttributeValue.fromBool(verdict.refusedAt().isPresent()));
        return AttributeValue.fromM(fields);
    }

    /** Reads a line of {@link #BY_DUE}; empty where it isn't one. */
    static Optional<CertificateSummary> summary(Map<String, AttributeValue> line) {
        Optional<Hostname> hostname = RowKeys.OWN.hostname(line);
        Optional<Instant> due = Attributes.seconds(line, UpkeepAttributes.DUE);
        Optional<Instant> notAfter = Attributes.seconds(line, NOT_AFTER);
        return hostname.isPresent() && due.isPresent() && notAfter.isPresent()
                ? Optional.of(new CertificateSummary(
                        hostname.get(),
                        due.get(),
                        notAfter.get(),
                        Attributes.text(line, ISSUER).orElse(""),
                        version(line)))
                : Optional.empty();
    }

    /** Reads an item. Total: whatever is in the table gives an answer. */
    static FindResult read(Hostname hostname, Map<String, AttributeValue> item, KeyEncryption keys) {
        if (item.isEmpty()) {
            return new FindResult.Absent();
        }
        Optional<String> later = laterFormat(hostname, item);
        if (later.isPresent()) {
            return new FindResult.Unreachable(later.get());
        }
        Optional<String> keyId = Attributes.text(item, KEY_ID);
        if (keyId.isEmpty()) {
            return damaged(item, "it has no key id");
        }
        byte[] wrapped = Attributes.bytes(item, PRIVATE_KEY).orElse(new byte[0]);
        return switch (keys.open(keyId.get(), wrapped, purpose(hostname))) {
            case OpenResult.Opened(Plaintext privateKey) -> read(hostname, item, privateKey);
            case OpenResult.NotAuthentic(String reason) -> damaged(item, reason);
            case OpenResult.KeyUnavailable(String id, String reason) -> new FindResult.KeyUnavailable(id, reason);
        };
    }

    private static Optional<String> laterFormat(Hostname hostname, Map<String, AttributeValue> item) {
        long format = Attributes.number(item, FORMAT).orElse(0);
        return format > FORMAT_READ
                ? Optional.of("the item of " + hostname + " has format " + format + " of a later release (read: "
                        + FORMAT_READ + ")")
                : Optional.empty();
    }

    /** Reads an item but for its key. Total as well. */
    static FactsResult facts(Hostname hostname, Map<String, AttributeValue> item) {
        if (item.isEmpty()) {
            return new FactsResult.Absent();
        }
        Optional<String> later = laterFormat(hostname, item);
        if (later.isPresent()) {
            return new FactsResult.Unreachable(later.get());
        }
        try {
            Optional<X509Certificate> leaf = StoredChain.leaf(item.get(CHAIN));
            Optional<LastVerdict> verdict = verdict(item);
            long version = version(item);
            if (leaf.isEmpty() || verdict.isEmpty() || version == 0) {
                return new FactsResult.Damaged(version, "it is incomplete");
            }
            Instant notBefore = leaf.get().getNotBefore().toInstant();
            return new FactsResult.Found(new CertificateFacts(
                    hostname,
                    leaf.get(),
                    notBefore,
                    leaf.get().getNotAfter().toInstant(),
                    Attributes.text(item, ISSUER).orElse(""),
                    version,
                    verdict.get(),
                    UpkeepAttributes.read(item, notBefore)));
        } catch (CertificateException unreadable) {
            return new FactsResult.Damaged(version(item), "its certificate can't be read");
        }
    }

    private static FindResult read(Hostname hostname, Map<String, AttributeValue> item, Plaintext pkcs8) {
        try (pkcs8) {
            List<X509Certificate> chain = StoredChain.read(item.get(CHAIN));
            if (chain.isEmpty()) {
                return damaged(item, "it has no certificate");
            }
            PrivateKey key = KeyFactory.getInstance(
                            chain.getFirst().getPublicKey().getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8.bytes()));
            return read(hostname, item, chain, key);
        } catch (GeneralSecurityException unreadable) {
            return damaged(
                    item,
                    "its certificate or key can't be read: "
                            + unreadable.getClass().getSimpleName());
        }
    }

    private static FindResult read(
            Hostname hostname, Map<String, AttributeValue> item, List<X509Certificate> chain, PrivateKey key) {
        Optional<String> fault = KeyAndCertificate.fault(hostname, chain, key);
        Optional<LastVerdict> verdict = verdict(item);
        long version = version(item);
        if (fault.isPresent() || verdict.isEmpty() || version == 0) {
            return damaged(item, fault.orElse("it is incomplete"));
        }
        X509Certificate leaf = chain.getFirst();
        return new FindResult.Found(new StoredCertificate(
                hostname,
                chain,
                key,
                leaf.getNotBefore().toInstant(),
                leaf.getNotAfter().toInstant(),
                Attributes.text(item, ISSUER).orElse(""),
                version,
                fence(item),
                verdict.get(),
                UpkeepAttributes.read(item, leaf.getNotBefore().toInstant())));
    }

    private static FindResult damaged(Map<String, AttributeValue> item, String reason) {
        return new FindResult.Damaged(version(item), reason, verdict(item).orElse(LastVerdict.UNKNOWN));
    }

    private static long version(Map<String, AttributeValue> item) {
        return Attributes.number(item, VERSION).orElse(0);
    }

    static long fence(Map<String, AttributeValue> item) {
        return Attributes.number(item, FENCE).orElse(0);
    }

    /** Empty for what can't be read: an origin that is lost must not turn into the operator's default, nor a policy. */
    private static Optional<LastVerdict> verdict(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> fields = Attributes.map(item, VERDICT);
        Optional<String> tenant = Attributes.text(fields, TENANT);
        Optional<URI> origin = Attributes.text(fields, ORIGIN).flatMap(Route::parseOrigin);
        Optional<Policy> policy = PolicyAttribute.read(fields);
        Optional<Instant> refusedAt = Attributes.seconds(item, REFUSED_AT);
        boolean readable = fields.containsKey(REFUSED)
                && fields.containsKey(TENANT) == tenant.filter(Route::isTenant).isPresent()
                && fields.containsKey(ORIGIN) == origin.isPresent()
                && policy.isPresent()
                && Attributes.isTrue(fields, REFUSED) == refusedAt.isPresent();
        return readable
                ? Optional.of(new LastVerdict(new Route(tenant, origin, policy.orElseThrow()), refusedAt))
                : Optional.empty();
    }
}
