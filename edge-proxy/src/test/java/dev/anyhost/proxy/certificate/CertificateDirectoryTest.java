package dev.anyhost.proxy.certificate;

import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.admission.Permission;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotAllowed;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.CertificateAnswer.Serve;
import dev.anyhost.proxy.certificate.CertificateAnswer.Source;
import dev.anyhost.proxy.certificate.CertificateDirectory.Routing;
import dev.anyhost.proxy.concurrent.Handoff;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a handshake hears at once, who waits and for how long; blocking work runs when the test says so. */
class CertificateDirectoryTest extends OnACluster {

    private static final Hostname HOST = hostname("shop.customer.example");
    private static final Hostname OTHER = hostname("other.example");
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.1");
    private static final int PER_NAME = 2;

    private final Deque<Runnable> work = new ArrayDeque<>();
    private final MockTicker ticker = Ticker.newMockTicker();
    private final EmbeddedChannel channel =
            EmbeddedChannel.builder().ticker(ticker).build();
    private final WaitingRoom room = new WaitingRoom(new WaitingRoom.Limits(10, PER_NAME, 10));
    private CertificateDirectory directory;

    @BeforeEach
    void wire() {
        Cluster.Instance instance = cluster.instance("one");
        directory = new CertificateDirectory(
                new CertificateDirectory.Memory(instance.admission(), instance.held(), instance.failures()),
                instance.acquisition(),
                new CertificateDirectory.Waiting(room, new Handoff(work::add, 10), work::add),
                cluster.clock);
    }

    private Future<CertificateAnswer> visit(Hostname hostname) {
        return directory.answer(hostname, CLIENT, channel.eventLoop());
    }

    private void doWork() {
        while (!work.isEmpty()) {
            work.removeFirst().run();
        }
    }

    private CertificateAnswer answered(Hostname hostname) {
        Future<CertificateAnswer> answer = visit(hostname);
        doWork();
        return answer.getNow();
    }

    private static Source source(Future<CertificateAnswer> answer) {
        return ((Serve) answer.getNow()).source();
    }

    private static Cause cause(CertificateAnswer answer) {
        return ((NotYet) answer).cause();
    }

    @Test
    void knownName_isAnsweredAtOnceAndWithoutWork() {
        Future<CertificateAnswer> first = visit(HOST);
        assertThat(first.isDone()).isFalse();
        doWork();
        assertThat(source(first)).isEqualTo(Source.ISSUED);

        assertThat(source(visit(HOST))).isEqualTo(Source.MEMORY);
        assertThat(work).isEmpty();
    }

    @Test
    void refusedOrFailedName_isAnsweredAtOnceAndWithoutWork() {
        cluster.authority = Cluster::challengeFailed;
        assertThat(cause(answered(HOST))).isEqualTo(Cause.ISSUANCE_FAILED);
        cluster.verifier = _ -> new Verdict.Refused(Verdict.Refused.Reason.KNOWN);
        assertThat(answered(OTHER)).isEqualTo(new NotAllowed());

        assertThat(cause(visit(HOST).getNow())).isEqualTo(Cause.ISSUANCE_FAILED);
        assertThat(visit(OTHER).getNow()).isEqualTo(new NotAllowed());
        assertThat(work).isEmpty();
    }

    @Test
    void moreThanMayWait_areTurnedAwayAtOnceUntilSeatsAreFree() {
        Future<CertificateAnswer> first = visit(HOST);
        Future<CertificateAnswer> second = visit(HOST);

        assertThat(cause(visit(HOST).getNow())).isEqualTo(Cause.OVERLOADED);
        assertThat(directory.permission(HOST, CLIENT, channel.eventLoop()).getNow())
                .isEqualTo(new Permission.Unknown(Permission.Why.TOO_MANY_ASKS));
        assertThat(visit(OTHER).isDone()).isFalse();
        doWork();

        assertThat(source(first)).isEqualTo(Source.ISSUED);
        assertThat(source(second)).isEqualTo(Source.MEMORY);
        assertThat(room.waiting()).isZero();
        assertThat(cluster.orders).hasSize(2);
    }

    @Test
    void strangerOfWhomNothingCanBeLearnedNow_isTurnedAwayAtOnceAndWithoutWork() {
        answered(HOST);
        cluster.verifier = _ -> new Verdict.Refused(Verdict.Refused.Reason.UNKNOWN);
        for (int i = 0; i < 200; i++) {
            answered(hostname("stranger" + i + ".example"));
        }
        assertThat(cause(visit(OTHER).getNow())).isEqualTo(Cause.TOO_MANY_ASKS);
        assertThat(work).isEmpty();
        assertThat(source(visit(HOST))).isEqualTo(Source.MEMORY);

        cluster.clock.advance(Duration.ofSeconds(1));
        assertThat(answered(OTHER)).isEqualTo(new NotAllowed());
    }

    @Test
    void visitorWhoWaitedTenSeconds_hearsSoAndTheNextIsServedWhatWasOrdered() {
        Future<CertificateAnswer> impatient = visit(HOST);
        pass(Duration.ofSeconds(10).minusNanos(1));
        assertThat(impatient.isDone()).isFalse();
        pass(Duration.ofNanos(1));
        assertThat(cause(impatient.getNow())).isEqualTo(Cause.DEADLINE);
        assertThat(room.waiting()).isZero();

        doWork();

        assertThat(source(visit(HOST))).isEqualTo(Source.MEMORY);
        assertThat(cluster.orders).hasSize(1);
    }

    private void pass(Duration time) {
        ticker.advance(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void verdictAtFourFifthsOfItsAge_isRefreshedOnceBehindAVisitorWhoIsServed() {
        answered(HOST);
        cluster.clock.advance(Duration.ofMinutes(4));

        assertThat(source(visit(HOST))).isEqualTo(Source.MEMORY);
        assertThat(source(visit(HOST))).isEqualTo(Source.MEMORY);
        assertThat(work).hasSize(1);
        doWork();
        assertThat(cluster.asked).hasSize(2);

        cluster.clock.advance(Duration.ofMinutes(3));
        assertThat(source(visit(HOST))).isEqualTo(Source.MEMORY);
        assertThat(work).isEmpty();
    }

    @Test
    void verdictPastItsAge_makesTheHandshakeWait() {
        answered(HOST);
        cluster.clock.advance(Duration.ofMinutes(5));
        Future<CertificateAnswer> answer = visit(HOST);
        assertThat(answer.isDone()).isFalse();
        assertThat(work).hasSize(1);
        doWork();
        assertThat(source(answer)).isEqualTo(Source.MEMORY);
        assertThat(cluster.asked).hasSize(2);
    }

    @Test
    void openConnection_hearsOfARefusalWithItsNextRequestButOne() {
        answered(HOST);
        assertThat(directory.routing(HOST)).isEqualTo(new Routing.Known(Cluster.ROUTE));
        cluster.verifier = _ -> new Verdict.Refused(Verdict.Refused.Reason.UNKNOWN);
        cluster.clock.advance(Duration.ofMinutes(6));

        assertThat(directory.routing(HOST)).isEqualTo(new Routing.Known(Cluster.ROUTE));
        doWork();
        assertThat(directory.routing(HOST)).isEqualTo(new Routing.Withdrawn());
        assertThat(directory.routing(OTHER)).isEqualTo(new Routing.Unknown());
    }

    @Test
    void openConnection_hearsOfAChangedPolicyWithinTheVerdictsAge() {
        answered(HOST);
        var changed = Cluster.ROUTE.with(new Policy(Optional.of(true), false, Optional.of(Duration.ofDays(1))));
        cluster.verifier = _ -> new Verdict.Allowed(changed, Duration.ofMinutes(5));
        cluster.clock.advance(Duration.ofMinutes(4)); // Fresh, and due.

        assertThat(directory.routing(HOST)).isEqualTo(new Routing.Known(Cluster.ROUTE));
        doWork();
        assertThat(directory.routing(HOST)).isEqualTo(new Routing.Known(changed));
        assertThat(cluster.orders).hasSize(1);
    }

    @Test
    void verifierThatIsKnownToBeDown_isNotWaitedForByVisitorsOfAKnownName() {
        answered(HOST);
        cluster.verifier = _ -> new Verdict.Silent("timed out");
        cluster.clock.advance(Duration.ofMinutes(6));
        for (int silence = 0; silence < 3; silence++) {
            Future<CertificateAnswer> waiting = visit(HOST);
            assertThat(waiting.isDone()).isFalse();
            doWork();
            assertThat(source(waiting)).isEqualTo(Source.MEMORY);
        }
        for (int visitor = 0; visitor < 10; visitor++) {
            assertThat(source(visit(HOST))).isEqualTo(Source.MEMORY);
        }

        cluster.verifier = _ -> new Verdict.Refused(Verdict.Refused.Reason.UNKNOWN);
        cluster.clock.advance(Duration.ofSeconds(6));
        assertThat(source(visit(HOST))).isEqualTo(Source.MEMORY); // Asks in the background.
        doWork();
        assertThat(visit(HOST).getNow()).isInstanceOf(NotAllowed.class);
    }

    @Test
    void verifierSilentForADay_leavesAnOpenConnectionWithoutARoute() {
        answered(HOST);
        cluster.verifier = _ -> new Verdict.Silent("500");
        cluster.clock.advance(Duration.ofMinutes(6));
        assertThat(directory.routing(HOST)).isEqualTo(new Routing.Known(Cluster.ROUTE));
        doWork();
        cluster.clock.advance(Duration.ofHours(23));
        assertThat(directory.routing(HOST)).isEqualTo(new Routing.Known(Cluster.ROUTE));
        cluster.clock.advance(Duration.ofHours(1));
        assertThat(directory.routing(HOST)).isEqualTo(new Routing.Unknown());
    }

    @Test
    void permission_comesFromMemoryOrFromAnAsk() {
        Future<Permission> asked = directory.permission(HOST, CLIENT, channel.eventLoop());
        assertThat(asked.isDone()).isFalse();
        doWork();
        assertThat(asked.getNow()).isEqualTo(new Permission.Allowed(Cluster.ROUTE));
        assertThat(directory.permission(HOST, CLIENT, channel.eventLoop()).getNow())
                .isEqualTo(new Permission.Allowed(Cluster.ROUTE));
        assertThat(cluster.orders).isEmpty();
    }
}
