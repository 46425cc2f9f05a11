package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.renewal.IssuerRenewal;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.FailureResult;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangeLog;
import dev.anyhost.store.changes.PublishResult;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code anyhost certs renew HOST}, and all of an issuer's with {@code --issuer}. */
@Command(
        name = "renew",
        description = {
            "HOST: forgets how earlier attempts failed: the next visitor's order is made at once. Proxies hear of it"
                    + " within half a minute.",
            "--issuer: has all certificates of an issuer renewed, those of the busiest names first, so many an hour;"
                    + " for when an authority has to revoke what it issued. It only marks them: the proxies renew each"
                    + " when its time comes, whatever its authority suggests, and with the limits of any renewal. Names"
                    + " that aren't allowed any more, or weren't used for long, are left out then."
        },
        footer = {
            "",
            "--json prints one object; there may be more members in later releases:",
            "  HOST: {\"hostname\", \"forgotten\": null or a failure as in certs list}",
            "  --issuer: {\"issuer\", \"found\", \"marked\", \"superseded\", \"failed\", \"begin\", \"end\", \"issued_before\","
                    + " \"dry_run\"}"
        },
        mixinStandardHelpOptions = true)
final class RenewCertificate extends StoreCommand {

    /** The clock that wrote the failure may be ahead of this one. */
    private static final Duration CLOCKS_APART = Duration.ofHours(1);

    private final InstantSource clock;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Which which = new Which();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    RenewCertificate() {
        this(InstantSource.system());
    }

    RenewCertificate(InstantSource clock) {
        this.clock = clock;
    }

    /** One, or many. */
    static final class Which {

        @Parameters(paramLabel = "HOST", converter = StoreCommand.ToHostname.class, description = "The hostname.")
        private @Nullable Hostname host;

        @ArgGroup(exclusive = false)
        private @Nullable OfIssuer all;
    }

    /** All of an issuer's. */
    static final class OfIssuer {

        @Option(
                names = "--issuer",
                required = true,
                paramLabel = "URL",
                converter = CertsInput.ToIssuer.class,
                description =
                        "The ACME directory whose certificates are meant, by URL or host, as certs list shows it.")
        private @Nullable IssuerName issuer;

        @Option(
                names = "--per-hour",
                paramLabel = "N",
                defaultValue = "3600",
                converter = CertsInput.ToCount.class,
                description = "How many an hour (default: ${DEFAULT-VALUE}). Authorities exempt what replaces their own"
                        + " certificates from most limits; for another authority stay below its limit of new orders.")
        private int perHour;

        @Option(
                names = "--issued-before",
                paramLabel = "TIME",
                converter = CertsInput.ToInstant.class,
                description = "Leave younger certificates alone, so that a run may be repeated (default: now). Goes by"
                        + " their notBefore, which authorities set up to an hour early.")
        private @Nullable Instant issuedBefore;

        @Option(names = "--dry-run", description = "Count, and mark nothing.")
        private boolean dryRun;
    }

    @Override
    int work(Opened opened, PrintWriter out, PrintWriter err) {
        CertificateTables tables = opened.tables();
        return which.all == null
                ? renew(Objects.requireNonNull(which.host), tables, out, err)
                : renew(which.all, tables, out, err);
    }

    private int renew(OfIssuer all, CertificateTables tables, PrintWriter out, PrintWriter err) {
        IssuerName issuer = Objects.requireNonNull(all.issuer);
        Instant now = clock.instant();
        Instant issuedBefore = all.issuedBefore == null ? now : all.issuedBefore;
        var wanted = new IssuerRenewal.Wanted(issuer::isOf, issuedBefore, now, all.perHour, all.dryRun);
        try {
            return switch (new IssuerRenewal(tables.certificates(), tables.traffic()).run(wanted)) {
                case IssuerRenewal.Result.Done done -> {
                    say(issuer, wanted, done, out);
                    done.failures().stream().distinct().forEach(err::println);
                    yield done.failures().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
                }
                case IssuerRenewal.Result.Unreachable(String reason) -> {
                    err.println(reason);
                    yield ExitCode.FAILED;
                }
            };
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            err.println("stopped");
            return ExitCode.FAILED;
        }
    }

    private void say(IssuerName issuer, IssuerRenewal.Wanted wanted, IssuerRenewal.Result.Done done, PrintWriter out) {
        if (json) {
            out.println(JsonMapper.shared()
                    .createObjectNode()
                    .put("issuer", issuer.text())
                    .put("found", done.found())
                    .put("marked", done.marked())
                    .put("superseded", done.superseded())
                    .put("failed", done.failures().size())
                    .put("begin", wanted.begin().toString())
                    .put("end", done.end().toString())
                    .put("issued_before", wanted.issuedBefore().toString())
                    .put("dry_run", wanted.dryRun()));
        } else {
            out.println(issuer.text() + ": " + (wanted.dryRun() ? "would mark " : "marked ") + done.marked() + " of "
                    + done.found() + " to be renewed until " + done.end() + ", superseded " + done.superseded()
                    + ", failed " + done.failures().size() + "; to repeat: --issued-before " + wanted.issuedBefore());
        }
    }

    private int renew(Hostname hostname, CertificateTables tables, PrintWriter out, PrintWriter err) {
        return switch (tables.leases().forgive(hostname, clock.instant().plus(CLOCKS_APART))) {
            case FailureResult.Remembered(IssuanceFailure failure) -> {
                say(hostname, Optional.of(failure), out);
                yield tell(tables.changes(), hostname, err);
            }
            case FailureResult.None() -> {
                say(hostname, Optional.empty(), out);
                yield tell(tables.changes(), hostname, err);
            }
            case FailureResult.Unreachable(String reason) -> failed(err, hostname, reason);
        };
    }

    private void say(Hostname hostname, Optional<IssuanceFailure> forgotten, PrintWriter out) {
        if (json) {
            ObjectNode object = JsonMapper.shared().createObjectNode().put("hostname", hostname.value());
            object.set(
                    "forgotten",
                    forgotten
                            .map(failure -> CertificateJson.failure(hostname, failure))
                            .orElse(null));
            out.println(object);
        } else {
            out.println(hostname + ": "
                    + forgotten
                            .map(failure -> "forgotten: " + failure.count() + " failed, " + failure.cause() + ": "
                                    + failure.problem())
                            .orElse("no failed attempt is remembered"));
        }
    }

    /** Also without a failure in the store: a proxy may remember one that the store doesn't have any more. */
    private static int tell(ChangeLog changes, Hostname hostname, PrintWriter err) {
        return switch (changes.publish(new Change(Change.Kind.FORGIVEN, hostname))) {
            case PublishResult.Published() -> ExitCode.DONE;
            case PublishResult.Unreachable(String reason) -> failed(err, hostname, "proxies weren't told: " + reason);
        };
    }

    private static int failed(PrintWriter err, Hostname hostname, String why) {
        err.println(hostname + ": " + why);
        return ExitCode.FAILED;
    }
}
