package dev.anyhost.proxy.simulation;

import dev.anyhost.proxy.issuance.IssuanceOutcome;
import dev.anyhost.proxy.issuance.IssuanceRequest;
import dev.anyhost.proxy.issuance.Issuer;
import dev.anyhost.proxy.issuance.Permit;
import dev.anyhost.proxy.issuance.Suggestion;
import dev.anyhost.testkit.ServerIdentity;
import dev.anyhost.testkit.TestCa;
import java.net.URI;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An authority as RFC 8555 has it, as far as leases care: an order is made, may be gone on with by another process until
 * it is finalized, and gives one certificate for the key that finalized it. It never does wrong; time passes in it.
 */
final class SimulatedAuthority {

    static final String DIRECTORY = "https://ca.test/dir";

    private static final TestCa CA = TestCa.create("issuer");

    private final World world;
    private final List<Placed> orders = new ArrayList<>();

    private static final class Placed {
        private final URI url;
        private final Set<String> hands = new HashSet<>();
        private boolean finalized;
        private Optional<byte[]> leaf = Optional.empty();

        private Placed(URI url, String by) {
            this.url = url;
            hands.add(by);
        }
    }

    SimulatedAuthority(World world) {
        this.world = world;
    }

    int orders() {
        return orders.size();
    }

    /** The order that an instance made or went on with, and whose certificate isn't stored. */
    Optional<URI> unfinishedOrderOf(String instance) {
        return orders.stream()
                .filter(order -> order.hands.contains(instance))
                .filter(order -> order.leaf.isEmpty() || !isStored(order.leaf.get()))
                .map(order -> order.url)
                .findFirst();
    }

    private boolean isStored(byte[] leaf) {
        return world.rank(leaf).isPresent();
    }

    /** Signs a certificate outside of any order: one that there was before. */
    ServerIdentity signed(Instant from, Instant until) {
        return CA.issue(List.of(World.HOSTNAME.value()), from, until);
    }

    Issuer as(String instance, StepTaker steps) {
        return new Connection(instance, steps);
    }

    /** Lets time pass in an instance between the authority's steps; its timers run. */
    interface StepTaker {
        void step(Duration time);
    }

    private final class Connection implements Issuer {

        private final String instance;
        private final StepTaker steps;

        private Connection(String instance, StepTaker steps) {
            this.instance = instance;
            this.steps = steps;
        }

        @Override
        public String directory() {
            return DIRECTORY;
        }

        @Override
        public IssuanceOutcome issue(IssuanceRequest request) {
            steps.step(world.faults.authorityStep());
            return switch (request.permit().ask(request.replaces().isPresent())) {
                case Permit.Granted() -> request.stopped().getAsBoolean() ? stopped() : attempt(request);
                case Permit.Withheld why -> new IssuanceOutcome.NotOrdered(why);
                case Permit.Unreachable(String reason) ->
                    new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.STORE_FAILED, reason);
            };
        }

        private IssuanceOutcome attempt(IssuanceRequest request) {
            Placed order = request.orderToResume().flatMap(this::resumable).orElseGet(() -> placed(request));
            order.hands.add(instance);
            steps.step(world.faults.authorityStep());
            if (request.stopped().getAsBoolean()) {
                return stopped();
            }
            return finalized(request, order);
        }

        private Optional<Placed> resumable(URI url) {
            return orders.stream()
                    .filter(order -> order.url.equals(url) && !order.finalized)
                    .findFirst();
        }

        private Placed placed(IssuanceRequest request) {
            Placed order = new Placed(URI.create("https://ca.test/order/" + orders.size()), instance);
            orders.add(order);
            request.orderRecorder().accept(order.url);
            return order;
        }

        private IssuanceOutcome finalized(IssuanceRequest request, Placed order) {
            if (order.finalized) {
                return new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.WRONG_CERTIFICATE, "another's key");
            }
            order.finalized = true;
            Instant now = world.schedule.instant();
            ServerIdentity identity = signed(now.minus(Duration.ofHours(1)), now.plus(Duration.ofDays(90)));
            order.leaf = Optional.of(encoded(identity.chain().getFirst()));
            steps.step(world.faults.authorityStep());
            return new IssuanceOutcome.Issued(identity.chain(), identity.privateKey(), DIRECTORY, request.preferred());
        }

        private static IssuanceOutcome stopped() {
            return new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.STOPPED, "lease lost");
        }

        @Override
        public Optional<Duration> clockAhead() {
            return Optional.of(Duration.ZERO);
        }

        @Override
        public Suggestion suggestion(X509Certificate certificate) {
            return new Suggestion.None();
        }
    }

    static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException ours) {
            throw new IllegalStateException(ours);
        }
    }
}
