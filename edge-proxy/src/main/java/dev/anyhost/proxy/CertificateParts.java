package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.admission.Admission;
import dev.anyhost.proxy.admission.HttpVerifier;
import dev.anyhost.proxy.admission.Permission;
import dev.anyhost.proxy.admission.RequestSigner;
import dev.anyhost.proxy.admission.VerifierSettings;
import dev.anyhost.proxy.certificate.Acquisition;
import dev.anyhost.proxy.certificate.Announcements;
import dev.anyhost.proxy.certificate.CertificateDirectory;
import dev.anyhost.proxy.certificate.ChangeFollower;
import dev.anyhost.proxy.certificate.EarlyCertificates;
import dev.anyhost.proxy.certificate.FailureMemory;
import dev.anyhost.proxy.certificate.HeldCertificates;
import dev.anyhost.proxy.certificate.LeasedIssuance;
import dev.anyhost.proxy.certificate.NewNames;
import dev.anyhost.proxy.certificate.RegionLoop;
import dev.anyhost.proxy.certificate.Renewer;
import dev.anyhost.proxy.certificate.TrafficNotes;
import dev.anyhost.proxy.certificate.WaitingRoom;
import dev.anyhost.proxy.challenge.ChallengeBoard;
import dev.anyhost.proxy.concurrent.Handoff;
import dev.anyhost.proxy.forward.AddressGuard;
import dev.anyhost.proxy.forward.PublicHttp;
import dev.anyhost.proxy.handshake.ValidationCertificates;
import dev.anyhost.proxy.issuance.AcmeSettings;
import dev.anyhost.proxy.issuance.AuthorityBudget;
import dev.anyhost.proxy.issuance.DirectoryTrust;
import dev.anyhost.proxy.issuance.IssuanceBudget;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.ops.Metrics;
import dev.anyhost.proxy.preflight.NetworkPreflight;
import dev.anyhost.proxy.preflight.Preflight;
import dev.anyhost.proxy.preflight.PreflightSettings;
import dev.anyhost.proxy.renewal.RenewalLoop;
import dev.anyhost.proxy.tickets.TicketRotation;
import dev.anyhost.store.BroughtHome;
import dev.anyhost.store.CertificateTables;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.SSLContext;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/**
 * Everything between a hostname and its certificate: who may use the proxy, what the store has, who orders.
 *
 * @param issuing there once tables, keys and account were seen
 */
record CertificateParts(
        Admission admission,
        CertificateDirectory directory,
        ValidationCertificates validations,
        IssuingParts issuing,
        ChangeFollower changes,
        EarlyCertificates early,
        RenewalLoop renewal,
        TicketRotation tickets,
        Optional<RegionLoop> region) {

    private static final int CERTIFICATES_HELD = 100_000;

    /** What these parts need of their process. */
    record Surroundings(
            Parts parts,
            Metrics metrics,
            IssuanceTime time,
            ExecutorService virtualThreads,
            ScheduledExecutorService timer) {}

    static CertificateParts open(ProxyConfig config, StoreOpening store, Surroundings around) throws IOException {
        Parts parts = around.parts();
        var limits = config.limits();
        var admission = new Admission(
                new MeteredVerifier(
                        parts.opened(verifier(config, parts)),
                        around.metrics(),
                        around.time().nanos()),
                limits.asks(),
                around.time().nanos());
        List<IssuingParts.Configured> authorities = authorities(config, around.time());
        CertificateTables tables = store.tables();
        var board = new ChallengeBoard(tables.challenges(), around.time().clock());
        var issuing = parts.opened(new IssuingParts(tables, authorities, board, around.time()));

        String owner = UUID.randomUUID().toString();
        var announcements = parts.opened(new Announcements(tables.changes(), around.timer()));
        var budget = new IssuanceBudget(limits.orders());
        var issuance = new LeasedIssuance(
                new LeasedIssuance.Orders(
                        tables::orders,
                        issuing::authorities,
                        budget,
                        new NewNames(limits.newNames(), around.time().nanos()),
                        preflight(config, issuing, around)),
                new LeasedIssuance.Surroundings(owner, around.time(), around.timer(), announcements));
        var held = parts.opened(
                new HeldCertificates(CERTIFICATES_HELD, around.time().clock()));
        around.metrics().certificatesHeld(held::count);
        var failures = new FailureMemory(around.time().clock());
        var acquisition = new Acquisition(
                admission,
                new Acquisition.Certificates(
                        held,
                        tables.certificates(),
                        Acquisition.Strangers.bounded(around.time().nanos()),
                        new TrafficNotes(
                                tables.traffic(), around.time().clock(), new Random(), around.virtualThreads())),
                issuance,
                failures,
                around.time().clock(),
                around.virtualThreads());
        var handoff = new Handoff(around.virtualThreads(), limits.waiting().inAll());
        var waitingRoom = new WaitingRoom(limits.waiting());
        around.metrics().waiting(waitingRoom::waiting);
        var directory = new CertificateDirectory(
                new CertificateDirectory.Memory(admission, held, failures),
                acquisition,
                new CertificateDirectory.Waiting(waitingRoom, handoff, around.virtualThreads()),
                around.time().clock());
        var early = new EarlyCertificates(
                acquisition,
                budget,
                limits.early(),
                new EarlyCertificates.Surroundings(
                        around.time(),
                        around.virtualThreads(),
                        new SplittableRandom(),
                        result -> around.metrics().warmedUp(result.name().toLowerCase(Locale.ROOT))));
        var changes = new ChangeFollower(
                tables.changes(),
                new ChangeFollower.Told(admission, failures, tables.leases(), acquisition, early),
                around.time());
        var renewal = new RenewalLoop(
                new RenewalLoop.Store(tables.certificates(), tables.parts(), tables.late()),
                new Renewer(acquisition, issuance, around.time().clock()),
                issuing::issuers,
                config.renewal().unusedFor(),
                new RenewalLoop.Surroundings(
                        owner,
                        around.time(),
                        around.timer(),
                        around.virtualThreads(),
                        new Random(),
                        outcome -> around.metrics().lookedAfter(outcome.name().toLowerCase(Locale.ROOT))));
        around.metrics().certificatesOverdue("sixth", renewal.overdue()::late);
        around.metrics().certificatesOverdue("twelfth", renewal.overdue()::almostExpired);
        var validations = new ValidationCertificates(
                board,
                new ValidationCertificates.Markers(
                        issuing::http01, admission::isLastRefused, around.time().nanos()),
                handoff,
                around.time().clock());
        return new CertificateParts(
                admission,
                directory,
                validations,
                issuing,
                changes,
                early,
                renewal,
                tickets(tables, around),
                region(tables, issuing, announcements, owner, around));
    }

    private static Optional<RegionLoop> region(
            CertificateTables tables,
            IssuingParts issuing,
            Announcements announcements,
            String owner,
            Surroundings around) {
        around.metrics().homeReachable(() -> tables.isHomeAway() ? 0 : 1);
        return tables.remote()
                .map(region -> new RegionLoop(
                        region,
                        tables.home(),
                        issuing::authorities,
                        new RegionLoop.Surroundings(
                                owner,
                                around.time(),
                                announcements,
                                new Random(),
                                result -> around.metrics().broughtHome(label(result)))));
    }

    private static String label(BroughtHome result) {
        return switch (result) {
            case BroughtHome.Written _ -> "written";
            case BroughtHome.Removed _ -> "removed";
            case BroughtHome.Later _ -> "later";
        };
    }

    private static Preflight preflight(ProxyConfig config, IssuingParts issuing, Surroundings around) {
        PreflightSettings settings = config.preflight();
        return settings.enabled()
                ? new MeteredPreflight(
                        new NetworkPreflight(
                                settings,
                                config.acme().getFirst().challenges(),
                                new NetworkPreflight.Surroundings(
                                        issuing::http01,
                                        issuing::account,
                                        AddressGuard::isPublic,
                                        around.time().nanos())),
                        around.metrics())
                : Preflight.NONE;
    }

    private static TicketRotation tickets(CertificateTables tables, Surroundings around) {
        Metrics metrics = around.metrics();
        var tickets = new TicketRotation(
                tables.ticketKeys(),
                around.time().clock(),
                result -> metrics.ticketKeysRefreshed(result.name().toLowerCase(Locale.ROOT)));
        metrics.ticketKeyAge(() -> tickets.age().toSeconds());
        return tickets;
    }

    private static List<IssuingParts.Configured> authorities(ProxyConfig config, IssuanceTime time) throws IOException {
        List<IssuingParts.Configured> all = new ArrayList<>();
        for (AcmeSettings acme : config.acme()) {
            var budget = new AuthorityBudget(acme.directory().toString(), acme.limits(), time.clock());
            all.add(new IssuingParts.Configured(acme, directoryTls(acme), budget));
        }
        return all;
    }

    private static SSLContext directoryTls(AcmeSettings acme) throws IOException {
        return switch (DirectoryTrust.reading(acme.trustedRoots())) {
            case DirectoryTrust.Trusting(SSLContext tls) -> tls;
            case DirectoryTrust.Unreadable(Path file, String expected) ->
                throw new IOException("trusted-roots: " + file + " (expected: " + expected + ")");
        };
    }

    private static HttpVerifier verifier(ProxyConfig config, Parts parts) {
        VerifierSettings settings = config.verifier();
        Optional<RequestSigner> signer = switch (settings.auth()) {
            case NONE -> Optional.empty();
            case AWS_IAM ->
                Optional.of(new RequestSigner(
                        parts.opened(DefaultCredentialsProvider.builder().build()), settings.url(), settings.region()));
        };
        return new HttpVerifier(settings, signer);
    }

    /** What the http port asks before it redirects or validates. */
    PublicHttp.Permissions permissions() {
        return new PublicHttp.Permissions() {
            @Override
            public boolean isRefused(Hostname hostname) {
                return admission.isLastRefused(hostname);
            }

            @Override
            public Future<Permission> of(Hostname hostname, InetAddress client, EventExecutor loop) {
                return directory.permission(hostname, client, loop);
            }
        };
    }
}
