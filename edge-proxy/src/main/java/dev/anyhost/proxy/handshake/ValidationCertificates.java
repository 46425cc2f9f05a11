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
import dev.anyhost.proxy.concurrent.Handoff;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** The certificates that tls-alpn-01 validations are shown (RFC 8737), made from the challenge that is posted. */
public final class ValidationCertificates {

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final ChallengeBoard board;
    private final Handoff handoff;
    private final InstantSource clock;

    public ValidationCertificates(ChallengeBoard board, Handoff handoff, InstantSource clock) {
        this.board = board;
        this.handoff = handoff;
        this.clock = clock;
    }

    /** @return completes on the connection's loop; whoever gets a certificate owns its one reference */
    public Future<CertificateAnswer> answer(Hostname hostname, Channel connection) {
        return handoff.run(
                connection.eventLoop(),
                () -> find(hostname),
                DEADLINE,
                () -> new NotYet(Cause.DEADLINE, clock.instant()),
                () -> new NotYet(Cause.OVERLOADED, clock.instant()));
    }

    private CertificateAnswer find(Hostname hostname) {
        return switch (board.find(hostname)) {
            case ChallengeAnswer.Present(ChallengeCertificate challenge) ->
                new Serve(
                        ServableCertificate.of(hostname, List.of(challenge.certificate()), challenge.privateKey()),
                        Source.STORE);
            case ChallengeAnswer.Absent() -> new NotAllowed();
            case ChallengeAnswer.Unreachable(String _) -> new NotYet(Cause.STORE_UNREACHABLE, clock.instant());
        };
    }
}
