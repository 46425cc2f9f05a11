package dev.anyhost.proxy.preflight;

import dev.anyhost.dns.CaaCheck;
import dev.anyhost.dns.DnsAnswer;
import dev.anyhost.dns.DnsClient;
import dev.anyhost.dns.DnsName;
import dev.anyhost.dns.Sight;
import dev.anyhost.dns.Sighting;
import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.challenge.Http01Answers;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Looks at what an authority will look at: the name's addresses, its CAA records, and who answers at each address, on the ports of
 * the challenges that orders use.
 */
public final class NetworkPreflight implements Preflight {

    /** A visitor waits, and the lease is held. */
    private static final Duration LIMIT = Duration.ofSeconds(2);

    /** For one resolver's answer; twice as long when it is silent, which leaves as much for what comes after it. */
    private static final Duration RESOLVERS = Duration.ofMillis(500);

    /** More than honest names have. */
    private static final int MOST_ADDRESSES = 8;

    private static final DnsAnswer LATE = new DnsAnswer.Silent("no answer in time");
    private static final MarkerAnswer LATE_PEER = new MarkerAnswer.Silent("it gave no answer in time");

    private final PreflightSettings settings;
    private final Set<String> methods;
    private final Surroundings around;
    private final Sighting sighting;
    private final CaaCheck caa;

    /**
     * What a look needs of its process.
     *
     * @param answers empty until the account is loaded
     * @param accounts the account's URL at the authority of a directory; empty until it is registered there
     * @param isGlobal whether an address is everybody's to connect to
     */
    public record Surroundings(
            Supplier<Optional<Http01Answers>> answers,
            Function<String, Optional<String>> accounts,
            Predicate<InetAddress> isGlobal,
            LongSupplier nanos) {}

    /** @param challenges the types that orders use */
    public NetworkPreflight(PreflightSettings settings, List<ChallengeType> challenges, Surroundings around) {
        this.settings = settings;
        this.methods = challenges.stream().map(ChallengeType::label).collect(Collectors.toUnmodifiableSet());
        this.around = around;
        var dns = new DnsClient(settings.resolvers(), RESOLVERS);
        this.sighting = new Sighting(dns);
        this.caa = new CaaCheck(dns);
    }

    @Override
    public PreflightResult check(Hostname hostname, List<String> directories) {
        DnsName name = DnsName.of(hostname);
        try (var deadline = new Deadline(LIMIT, around.nanos())) {
            Map<String, FutureTask<CaaCheck.Result>> asked = new LinkedHashMap<>();
            directories.forEach(directory -> asked.put(directory, deadline.begin(() -> permission(name, directory))));
            Optional<Sight> sight = deadline.outcome(deadline.begin(() -> sighting.of(name)));
            Map<InetAddress, MarkerAnswer> markers = markers(hostname, sight, deadline);
            Map<String, CaaCheck.Result> permissions = new LinkedHashMap<>();
            asked.forEach((directory, task) ->
                    permissions.put(directory, deadline.outcome(task).orElse(new CaaCheck.Result.NotAnswered(LATE))));
            return new Evidence(hostname, sight, markers, permissions).against(settings);
        }
    }

    /** Of an authority that records can't name, they say nothing. */
    private CaaCheck.Result permission(DnsName name, String directory) {
        Set<String> identities = settings.identities(directory);
        return identities.isEmpty()
                ? new CaaCheck.Result.Permitted()
                : caa.of(
                        name,
                        new CaaCheck.Applicant(
                                identities, methods, around.accounts().apply(directory)));
    }

    private Map<InetAddress, MarkerAnswer> markers(Hostname hostname, Optional<Sight> sight, Deadline deadline) {
        Optional<Http01Answers> answers = around.answers().get();
        if (answers.isEmpty() || sight.isEmpty()) {
            return Map.of();
        }
        var http = new MarkerProbe(
                answers.get(),
                sighting,
                this::isPermitted,
                new MarkerProbe.Ports(settings.port(), settings.tlsPort()),
                LIMIT);
        var https = new TlsMarkerProbe(answers.get(), this::isPermitted, settings.tlsPort(), LIMIT);
        Map<InetAddress, List<FutureTask<MarkerAnswer>>> asked = new LinkedHashMap<>();
        sight.get().addresses().stream().limit(MOST_ADDRESSES).forEach(address -> {
            List<FutureTask<MarkerAnswer>> ports = new ArrayList<>();
            if (methods.contains(ChallengeType.HTTP_01.label())) {
                ports.add(deadline.begin(() -> http.ask(hostname, address)));
            }
            if (methods.contains(ChallengeType.TLS_ALPN_01.label())) {
                ports.add(deadline.begin(() -> https.ask(hostname, address)));
            }
            asked.put(address, ports);
        });
        Map<InetAddress, MarkerAnswer> answered = new LinkedHashMap<>();
        asked.forEach((address, ports) -> answered.put(
                address,
                ports.stream()
                        .map(task -> deadline.outcome(task).orElse(LATE_PEER))
                        .reduce(MarkerAnswer::either)
                        .orElse(LATE_PEER)));
        return answered;
    }

    private boolean isPermitted(InetAddress address) {
        return settings.allowPrivate() || around.isGlobal().test(address);
    }
}
