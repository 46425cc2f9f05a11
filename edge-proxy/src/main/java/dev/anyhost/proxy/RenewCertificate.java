package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.FailureResult;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangeLog;
import dev.anyhost.store.changes.PublishResult;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code anyhost certs renew HOST}. */
@Command(
        name = "renew",
        description =
                "Forgets how earlier attempts failed: the next visitor's order is made at once. Proxies hear of it"
                        + " within half a minute.",
        mixinStandardHelpOptions = true)
final class RenewCertificate extends StoreCommand {

    /** The clock that wrote the failure may be ahead of this one. */
    private static final Duration CLOCKS_APART = Duration.ofHours(1);

    @Parameters(paramLabel = "HOST", converter = StoreCommand.ToHostname.class, description = "The hostname.")
    private @Nullable Hostname host;

    @Override
    int work(CertificateTables tables, PrintWriter out, PrintWriter err) {
        Hostname hostname = Objects.requireNonNull(host);
        return switch (tables.leases().forgive(hostname, Instant.now().plus(CLOCKS_APART))) {
            case FailureResult.Remembered(IssuanceFailure failure) -> {
                out.println(hostname + ": forgotten: " + failure.count() + " failed, " + failure.cause() + ": "
                        + failure.problem());
                yield tell(tables.changes(), hostname, err);
            }
            case FailureResult.None() -> {
                out.println(hostname + ": no failed attempt is remembered");
                yield tell(tables.changes(), hostname, err);
            }
            case FailureResult.Unreachable(String reason) -> failed(err, hostname, reason);
        };
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
