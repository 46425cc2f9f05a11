package dev.anyhost.proxy.simulation;

import dev.anyhost.domain.Hostname;
import java.net.URI;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What all instances of one schedule share, and what an observer sees who sees everything. */
final class World {

    static final Hostname HOSTNAME = Hostname.parse("shop.example.com").orElseThrow();
    static final String CERTIFICATES = "certificates";
    static final String COORDINATION = "coordination";

    final Schedule schedule = new Schedule();
    final Random random;
    final Faults faults;
    final Geography geography;
    final SimulatedAuthority authority;

    /** Who stands still, or is gone, with an order that was made and isn't in the store. */
    private final Set<URI> abandoned = new HashSet<>();

    private final Map<SdkBytes, Long> ranks = new HashMap<>();
    private final Map<String, Long> ranksBySerial = new HashMap<>();
    private final Map<Long, Instant> begins = new HashMap<>();
    private long stored;
    private Duration faultsEnded = Duration.ZERO;
    private long fence;
    private long version;
    private boolean spoilt;
    private int spoilings;

    World(Faults.Profile profile, Random random) {
        this.random = random;
        this.faults = new Faults(profile, random);
        this.geography = new Geography(this, faults.remoteRegions());
        this.authority = new SimulatedAuthority(this);
    }

    void wentWrong(String instance, Duration until) {
        outageUntil(until);
        authority.unfinishedOrderOf(instance).ifPresent(abandoned::add);
    }

    /** Something goes wrong until then that is no process's own trouble. */
    void outageUntil(Duration until) {
        faultsEnded = faultsEnded.compareTo(until) < 0 ? until : faultsEnded;
    }

    /** When the last thing that went wrong was over. */
    Duration lastFault() {
        return faultsEnded;
    }

    /** Under which lease the stored certificate was written. */
    long fence() {
        return fence;
    }

    boolean isSpoilt() {
        return spoilt;
    }

    String storedSerial() {
        return serial(certificate(leaf(item())));
    }

    /**
     * How many orders may be made because others came to nothing, or what came of them was spoilt; and by regions on their own.
     */
    int furtherOrders() {
        return abandoned.size() + spoilings + geography.everAlone();
    }

    /** After each write to the certificates: the promises about what is stored. */
    void observe() {
        geography.regions().forEach(region -> rank(ownItem(region)));
        Map<String, AttributeValue> item = item();
        if (item.isEmpty()) {
            return;
        }
        long nextFence = Long.parseLong(attribute(item, "fence").n());
        long nextVersion = spoilt && !item.containsKey("version")
                ? version
                : Long.parseLong(attribute(item, "version").n());
        if (nextFence < fence) {
            throw new AssertionError(
                    "an older lease's certificate over a newer one: fence " + fence + " then " + nextFence);
        }
        if (!spoilt && nextVersion < version) {
            throw new AssertionError(
                    "an older certificate over a newer one: version " + version + " then " + nextVersion);
        }
        spoilt &= !item.containsKey("version");
        fence = nextFence;
        version = nextVersion;
        rank(item);
    }

    private void rank(Map<String, AttributeValue> item) {
        if (!item.isEmpty() && !ranks.containsKey(leaf(item))) {
            stored++;
            X509Certificate leaf = certificate(leaf(item));
            ranks.put(leaf(item), stored);
            ranksBySerial.put(serial(leaf), stored);
            begins.put(stored, leaf.getNotBefore().toInstant());
        }
    }

    /** Where a certificate stands among those that were ever stored; later ones are greater. */
    Optional<Long> rank(byte[] leaf) {
        return Optional.ofNullable(ranks.get(SdkBytes.fromByteArray(leaf)));
    }

    /** The same, for one that is served. */
    long rank(String serial) {
        return Optional.ofNullable(ranksBySerial.get(serial))
                .orElseThrow(() -> new AssertionError("a certificate is served that was never stored"));
    }

    /**
     * Whether a certificate is older than another one, by their places. Two regions may order at the same time while one of them
     * is on its own, and what was stored later may have been issued earlier: then the later beginning counts.
     */
    boolean isOlder(long one, long other) {
        return one < other
                && (geography.everAlone() == 0
                        || begins.getOrDefault(one, Instant.MAX).isBefore(begins.getOrDefault(other, Instant.MIN)));
    }

    /** What a bug or a meddler does to the stored item: nobody can tell any more which version it was. */
    void spoil() {
        Map<String, AttributeValue> item = new HashMap<>(item());
        if (!item.isEmpty()) {
            item.remove("version");
            spoilt = true;
            spoilings++;
            geography
                    .in(Geography.HOME)
                    .putItem(put -> put.tableName(CERTIFICATES).item(item));
        }
    }

    Map<String, AttributeValue> item() {
        return item(Geography.HOME, HOSTNAME.value());
    }

    /** What a region wrote by itself is at home, or wasn't needed there. */
    boolean isEverythingBroughtHome() {
        return geography.regions().stream().allMatch(region -> ownItem(region).isEmpty());
    }

    /** What a region wrote by itself. */
    private Map<String, AttributeValue> ownItem(String region) {
        return item(region, region + "|certificate|" + HOSTNAME.value());
    }

    private Map<String, AttributeValue> item(String region, String key) {
        return geography
                .in(region)
                .getItem(get -> get.tableName(CERTIFICATES).key(Map.of("hostname", AttributeValue.fromS(key))))
                .item();
    }

    private static String serial(X509Certificate leaf) {
        return leaf.getSerialNumber().toString(16);
    }

    private static X509Certificate certificate(SdkBytes encoded) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(encoded.asInputStream());
        } catch (CertificateException unreadable) {
            throw new AssertionError("what is stored is no certificate", unreadable);
        }
    }

    static SdkBytes leaf(Map<String, AttributeValue> item) {
        return attribute(item, "chain").l().getFirst().b();
    }

    private static AttributeValue attribute(Map<String, AttributeValue> item, String name) {
        return Objects.requireNonNull(item.get(name), name);
    }
}
