package dev.anyhost.proxy.renewal;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.CertificateStore;
import dev.anyhost.store.CertificateSummary;
import dev.anyhost.store.HostTraffic;
import dev.anyhost.store.HostTraffic.TrafficResult;
import dev.anyhost.store.StoreEffect;
import dev.anyhost.store.WishResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;

/**
 * Has all certificates of an authority renewed, as when it has to revoke them: those that most people use first, so many an
 * hour. It orders nothing; it marks the certificates, and those who look after them do the rest at the marked times, with all
 * limits that hold for any renewal. Takes about 200 bytes of memory for each certificate. For one thread.
 */
public final class IssuerRenewal {

    private static final int AT_A_TIME = 32;

    private final CertificateStore store;
    private final HostTraffic traffic;

    public IssuerRenewal(CertificateStore store, HostTraffic traffic) {
        this.store = store;
        this.traffic = traffic;
    }

    /**
     * What is wished for.
     *
     * @param issuer whether a certificate of this directory is meant
     * @param issuedBefore younger ones are left alone, so that a run can be repeated
     * @param begin when the first is to be renewed
     * @param perHour from 1
     * @param dryRun marks nothing
     */
    public record Wanted(Predicate<String> issuer, Instant issuedBefore, Instant begin, int perHour, boolean dryRun) {

        private Instant at(long place) {
            return begin.plus(Duration.ofHours(1).multipliedBy(place).dividedBy(perHour));
        }
    }

    /** How it ended. */
    public sealed interface Result {

        /**
         * All were gone through.
         *
         * @param found how many certificates the issuer has
         * @param marked how many of them are to be renewed
         * @param superseded how many need not be: they are younger, or gone
         * @param end when the last is to be renewed
         * @param failures why others couldn't be marked
         */
        record Done(int found, int marked, int superseded, Instant end, List<String> failures) implements Result {

            public Done {
                failures = List.copyOf(failures);
            }
        }

        /** Nothing was marked. */
        record Unreachable(String reason) implements Result {}
    }

    public Result run(Wanted wanted) throws InterruptedException {
        List<CertificateSummary> found = new ArrayList<>();
        StoreEffect listed = store.list(line -> {
            if (wanted.issuer().test(line.issuer())) {
                found.add(line);
            }
        });
        if (listed instanceof StoreEffect.Unreachable(String reason)) {
            return new Result.Unreachable(reason);
        }
        return switch (traffic.find(
                found.stream().map(CertificateSummary::hostname).toList())) {
            case TrafficResult.Known(Map<Hostname, Double> perDay) -> marked(busiestFirst(found, perDay), wanted);
            case TrafficResult.Unreachable(String reason) -> new Result.Unreachable(reason);
        };
    }

    /** Of equally busy ones that which expires sooner, so that a run which is repeated has the same order. */
    private static List<CertificateSummary> busiestFirst(List<CertificateSummary> found, Map<Hostname, Double> perDay) {
        return found.stream()
                .sorted(Comparator.comparingDouble(
                                (CertificateSummary line) -> -perDay.getOrDefault(line.hostname(), 0.0))
                        .thenComparing(CertificateSummary::notAfter)
                        .thenComparing(line -> line.hostname().value()))
                .toList();
    }

    private Result marked(List<CertificateSummary> ordered, Wanted wanted) throws InterruptedException {
        var count = new Count();
        for (int from = 0; from < ordered.size(); from += AT_A_TIME) {
            count.add(together(ordered.subList(from, Math.min(ordered.size(), from + AT_A_TIME)), from, wanted));
        }
        return new Result.Done(
                ordered.size(),
                count.marked,
                count.superseded,
                wanted.at(Math.max(0, ordered.size() - 1)),
                count.failures);
    }

    private static final class Count {
        private int marked;
        private int superseded;
        private final List<String> failures = new ArrayList<>();

        void add(List<WishResult> results) {
            for (WishResult result : results) {
                switch (result) {
                    case WishResult.Noted() -> marked++;
                    case WishResult.Superseded() -> superseded++;
                    case WishResult.Unreachable(String reason) -> failures.add(reason);
                }
            }
        }
    }

    private List<WishResult> together(List<CertificateSummary> some, int place, Wanted wanted)
            throws InterruptedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<WishResult>> under = new ArrayList<>();
            for (int i = 0; i < some.size(); i++) {
                CertificateSummary line = some.get(i);
                Instant at = wanted.at(place + i);
                under.add(threads.submit(() -> mark(line, at, wanted)));
            }
            List<WishResult> results = new ArrayList<>();
            for (Future<WishResult> one : under) {
                results.add(one.get());
            }
            return results;
        } catch (ExecutionException bug) {
            throw new IllegalStateException(bug);
        }
    }

    private WishResult mark(CertificateSummary line, Instant at, Wanted wanted) {
        return wanted.dryRun() ? new WishResult.Noted() : store.renewFrom(line, at, wanted.issuedBefore());
    }
}
