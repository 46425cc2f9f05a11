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
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

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

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    int work(Opened opened, PrintWriter out, PrintWriter err) {
        CertificateTables tables = opened.tables();
        Hostname hostname = Objects.requireNonNull(host);
        return switch (tables.leases()
                .forgive(hostname, InstantSource.system().instant().plus(CLOCKS_APART))) {
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
