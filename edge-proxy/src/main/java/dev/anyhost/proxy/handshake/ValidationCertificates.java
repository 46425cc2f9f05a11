package dev.anyhost.proxy.handshake;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotAllowed;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.proxy.certificate.CertificateAnswer.Source;
import dev.anyhost.proxy.certificate.ServableCertificate;
import dev.anyhost.proxy.challenge.ChallengeAnswer;
import dev.anyhost.proxy.challenge.ChallengeBoard;
import dev.anyhost.proxy.challenge.ChallengeCertificate;
import dev.anyhost.proxy.challenge.Http01Answers;
import dev.anyhost.proxy.challenge.TlsAlpn01Certificates;
import dev.anyhost.proxy.concurrent.Handoff;
import dev.anyhost.proxy.concurrent.TokenBucket;
import dev.anyhost.store.PostedChallenge;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The certificates that tls-alpn-01 validations are shown (RFC 8737), made from the challenge that is posted, and those that our
 * own looks before an order are shown, made from nothing but the account key's thumbprint.
 */
public final class ValidationCertificates implements ValidationLookup {

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    /** Each costs about a millisecond of computing, and anybody may ask. */
    private static final int MARKERS_A_SECOND = 20;

    private final ChallengeBoard board;
    private final Markers markers;
    private final Handoff handoff;
    private final InstantSource clock;
    private final TlsAlpn01Certificates certificates;
    private final TokenBucket room;

    /**
     * What our markers are made from.
     *
     * @param answers empty until the account is loaded
     * @param isRefused whether a hostname is known not to be ours to answer for
     */
    public record Markers(
            Supplier<Optional<Http01Answers>> answers, Predicate<Hostname> isRefused, LongSupplier nanos) {}

    public ValidationCertificates(ChallengeBoard board, Markers markers, Handoff handoff, InstantSource clock) {
        this.board = board;
        this.markers = markers;
        this.handoff = handoff;
        this.clock = clock;
        this.certificates = new TlsAlpn01Certificates(clock);
        this.room = new TokenBucket(MARKERS_A_SECOND, MARKERS_A_SECOND, markers.nanos());
    }

    @Override
    public Future<CertificateAnswer> challenge(Hostname hostname, Channel connection) {
        return aside(connection, () -> find(hostname));
    }

    @Override
    public Future<CertificateAnswer> marker(Hostname hostname, String token, Channel connection) {
        Optional<String> keyAuthorization = markers.answers().get().flatMap(answers -> answers.answer(token));
        if (keyAuthorization.isEmpty() || markers.isRefused().test(hostname) || !room.tryTake()) {
            return connection.eventLoop().newSucceededFuture(new NotAllowed());
        }
        return aside(
                connection,
                () -> shown(
                        hostname,
                        certificates.create(hostname, PostedChallenge.acmeIdentifier(keyAuthorization.get()))));
    }

    private Future<CertificateAnswer> aside(Channel connection, Supplier<CertificateAnswer> work) {
        return handoff.run(
                connection.eventLoop(),
                work::get,
                DEADLINE,
                () -> new NotYet(Cause.DEADLINE, clock.instant()),
                () -> new NotYet(Cause.OVERLOADED, clock.instant()),
                tooLate -> {
                    if (tooLate instanceof Serve(ServableCertificate certificate, Source _)) {
                        certificate.release();
                    }
                });
    }

    private CertificateAnswer find(Hostname hostname) {
        return switch (board.find(hostname)) {
            case ChallengeAnswer.Present(ChallengeCertificate challenge) -> shown(hostname, challenge);
            case ChallengeAnswer.Absent() -> new NotAllowed();
            case ChallengeAnswer.Unreachable(String _) -> new NotYet(Cause.STORE_UNREACHABLE, clock.instant());
        };
    }

    private static Serve shown(Hostname hostname, ChallengeCertificate made) {
        return new Serve(
                ServableCertificate.of(hostname, List.of(made.certificate()), made.privateKey()), Source.STORE);
    }
}
