package dev.anyhost.proxy.certificate;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.admission.Admission;
import dev.anyhost.proxy.admission.AskLimits;
import dev.anyhost.proxy.concurrent.Handoff;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a handshake of a name in memory costs before TLS begins: one of ten thousand, allowed, with its certificate. */
@State(Scope.Thread)
public class DirectoryHit {

    private static final int NAMES = 10_000;
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.1");
    private static final EventExecutor LOOP = ImmediateEventExecutor.INSTANCE;

    private final InstantSource clock = InstantSource.system();
    private final Admission admission = new Admission(
            _ -> new Verdict.Allowed(Route.UNNAMED, Duration.ofDays(1)),
            new AskLimits(NAMES, NAMES, NAMES),
            System::nanoTime);
    private final HeldCertificates held = new HeldCertificates(NAMES, clock);
    private final Hostname[] names = new Hostname[NAMES];
    private final CertificateDirectory directory = directory();
    private int turn;

    /** A hit never gets to an acquisition; should it, this would fail. */
    @SuppressWarnings("NullAway")
    private CertificateDirectory directory() {
        return new CertificateDirectory(
                new CertificateDirectory.Memory(admission, held, new FailureMemory(clock)),
                null,
                new CertificateDirectory.Waiting(
                        new WaitingRoom(WaitingRoom.Limits.DEFAULT), new Handoff(Runnable::run, 1), Runnable::run),
                clock);
    }

    /** One certificate will do for all: what is looked up is the name. */
    @Setup
    public void hold() throws Exception {
        X509Bundle bundle = new CertificateBuilder()
                .ecp256()
                .subject("CN=benchmark")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        for (int number = 0; number < NAMES; number++) {
            names[number] = Hostname.parse("www.shop-" + number + ".example").orElseThrow();
            var certificate = ServableCertificate.of(
                    names[number],
                    List.of(bundle.getCertificate()),
                    bundle.getKeyPair().getPrivate());
            var _ = admission.ask(names[number]);
            var _ = held.hold(
                    names[number],
                    new HeldCertificates.Held(certificate, Route.UNNAMED, clock.instant(), new Uses(clock.instant())));
        }
    }

    @Benchmark
    public Future<CertificateAnswer> answer() {
        turn = turn + 1 == NAMES ? 0 : turn + 1;
        return directory.answer(names[turn], CLIENT, LOOP);
    }
}
