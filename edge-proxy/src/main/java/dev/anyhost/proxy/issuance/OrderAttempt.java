package dev.anyhost.proxy.issuance;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.issuance.AcmeSettings.Wishes;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Cause;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Issued;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Unavailable;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.shredzone.acme4j.Certificate;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.OrderBuilder;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.shredzone.acme4j.util.CSRBuilder;

/** One order from its beginning, or from where a predecessor left it, to the certificate (RFC 8555 section 7.4). */
final class OrderAttempt {

    private static final Set<Status> RESUMABLE = EnumSet.of(Status.PENDING, Status.READY);
    private static final Set<String> NOT_REPLACEABLE = Set.of(
            "urn:ietf:params:acme:error:alreadyReplaced",
            "urn:ietf:params:acme:error:malformed",
            "urn:ietf:params:acme:error:unauthorized");
    private static final int TRIES = 3;

    private final Login login;
    private final IssuanceRequest request;
    private final AuthorizationStep authorization;
    private final AttemptPace pace;
    private final Wishes wishes;
    private final AuthorityFailures failures;
    private final InstantSource clock;

    OrderAttempt(
            Login login,
            IssuanceRequest request,
            AuthorizationStep authorization,
            AttemptPace pace,
            Wishes wishes,
            InstantSource clock) {
        this.login = login;
        this.request = request;
        this.authorization = authorization;
        this.pace = pace;
        this.wishes = wishes;
        this.failures = new AuthorityFailures(clock);
        this.clock = clock;
    }

    /**
     * Goes through the steps.
     *
     * @param issuer what the certificate's issuer is called
     */
    IssuanceOutcome run(String issuer) throws AcmeException, AttemptEndedException, InterruptedException {
        Optional<Order> resumed = resumed();
        Order order = resumed.isPresent() ? resumed.get() : ordered();
        var worked = authorization.authorize(order);
        KeyPair keys = P256.newKeyPair();
        finalizeWith(order, keys);
        List<X509Certificate> chain = downloaded(order);
        return CertificateCheck.fault(chain, request.hostname(), keys.getPublic(), clock.instant())
                .<IssuanceOutcome>map(fault -> new Unavailable(Cause.WRONG_CERTIFICATE, fault))
                .orElseGet(() -> new Issued(chain, keys.getPrivate(), issuer, worked));
    }

    /**
     * The unfinished order of a predecessor, if it can still be finished. One that was finalized can't: its key is gone
     * with the predecessor.
     */
    private Optional<Order> resumed() throws AcmeException, AttemptEndedException {
        pace.check();
        if (request.orderToResume().isEmpty()) {
            return Optional.empty();
        }
        permitted(true);
        Optional<Order> bound = bound(request.orderToResume().get());
        try {
            if (bound.isPresent()) {
                bound.get().fetch();
            }
        } catch (AcmeNetworkException noAnswer) {
            throw noAnswer;
        } catch (AcmeException | AcmeProtocolException notThereAnyMore) {
            return Optional.empty();
        }
        return bound.filter(order -> RESUMABLE.contains(order.getStatus()) && isFor(order, request.hostname()));
    }

    private Optional<Order> bound(URI url) {
        try {
            return Optional.of(login.bindOrder(url.toURL()));
        } catch (MalformedURLException | IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    private static boolean isFor(Order order, Hostname hostname) {
        return order.getIdentifiers().equals(List.of(Identifier.dns(hostname.value())));
    }

    private Order ordered() throws AcmeException, AttemptEndedException {
        pace.check();
        Order order = created();
        request.orderRecorder().accept(URI.create(order.getLocation().toString()));
        return order;
    }

    /** An authority that won't have it that the former certificate is replaced may still want to issue (RFC 9773 section 5). */
    private Order created() throws AcmeException, AttemptEndedException {
        Optional<String> former = request.replaces().isPresent()
                ? RenewalWindow.identifier(login, request.replaces().get())
                : Optional.empty();
        if (former.isPresent()) {
            permitted(true);
            try {
                return newOrder().replaces(former.get()).create();
            } catch (AcmeServerException refused) {
                if (!NOT_REPLACEABLE.contains(refused.getType().toString())) {
                    throw refused;
                }
            }
        }
        permitted(false);
        return newOrder().create();
    }

    private void permitted(boolean exempt) throws AttemptEndedException {
        switch (request.permit().ask(exempt)) {
            // The permit was a store call: whoever stood still in it may have lost the lease, and must not order.
            case Permit.Granted() -> pace.check();
            case Permit.Withheld withheld -> throw new AttemptEndedException(new IssuanceOutcome.NotOrdered(withheld));
            case Permit.Unreachable(String reason) ->
                throw AttemptEndedException.unavailable(Cause.STORE_FAILED, reason);
        }
    }

    private OrderBuilder newOrder() {
        OrderBuilder order = login.newOrder().domain(request.hostname().value());
        wishes.profile().ifPresent(order::profile);
        return order;
    }

    /** Finalizes with a CSR (section 7.4). Whether a lost answer meant yes is seen from the order's status. */
    private void finalizeWith(Order order, KeyPair keys)
            throws AcmeException, AttemptEndedException, InterruptedException {
        byte[] csr = csr(keys);
        Status status = pace.settled(order, EnumSet.of(Status.PENDING));
        for (int tries = 0; status == Status.READY && tries < TRIES; tries++) {
            send(order, csr);
            pace.pause(AttemptPace.FIRST_DELAY);
            status = pace.settled(order, EnumSet.of(Status.PROCESSING));
        }
        switch (status) {
            case VALID -> {
                // Its certificate can be downloaded.
            }
            case INVALID -> throw new AttemptEndedException(failure(order));
            default -> throw AttemptEndedException.unavailable(Cause.UNUSABLE_ANSWER, "order is " + status);
        }
    }

    private static void send(Order order, byte[] csr) throws AcmeException {
        try {
            order.execute(csr);
        } catch (AcmeNetworkException noAnswer) {
            if (!AttemptPace.mayAskAgain(noAnswer)) {
                throw noAnswer;
            }
        }
    }

    private byte[] csr(KeyPair keys) {
        try {
            var csr = new CSRBuilder();
            csr.addDomain(request.hostname().value());
            csr.sign(keys);
            return csr.getEncoded();
        } catch (IOException everyJdkSignsP256) {
            throw new IllegalStateException(everyJdkSignsP256);
        }
    }

    private IssuanceOutcome failure(Order order) {
        return order.getError()
                .map(problem -> failures.outcome(AcmeProblem.of(problem)))
                .orElseGet(() -> new IssuanceOutcome.Rejected(
                        AcmeProblem.plain(Optional.empty(), "the order is invalid, without a reason")));
    }

    private List<X509Certificate> downloaded(Order order)
            throws AcmeException, AttemptEndedException, InterruptedException {
        if (!order.getJSON().contains("certificate")) {
            throw AttemptEndedException.unavailable(Cause.UNUSABLE_ANSWER, "valid order without a certificate");
        }
        Certificate certificate = order.getCertificate();
        for (int tries = 1; true; tries++) {
            try {
                certificate.download();
                return preferred(certificate).getCertificateChain();
            } catch (AcmeNetworkException noAnswer) {
                if (tries == TRIES || !AttemptPace.mayAskAgain(noAnswer)) {
                    throw noAnswer;
                }
                pace.pause(AttemptPace.FIRST_DELAY);
            }
        }
    }

    /** The chain that was wished for, where the authority has it (RFC 8555 section 7.4.2). */
    private Certificate preferred(Certificate certificate) {
        return wishes.preferredChain().flatMap(certificate::findCertificate).orElse(certificate);
    }
}
