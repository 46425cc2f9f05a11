package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.FailureResult;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.StoredCertificate;
import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code anyhost certs show HOST}. */
@Command(
        name = "show",
        description = "Shows one hostname's certificate, and how its last attempt failed.",
        mixinStandardHelpOptions = true)
final class ShowCertificate extends StoreCommand {

    @Parameters(paramLabel = "HOST", converter = StoreCommand.ToHostname.class, description = "The hostname.")
    private @Nullable Hostname host;

    @Override
    int work(CertificateTables tables, PrintWriter out, PrintWriter err) {
        Hostname hostname = Objects.requireNonNull(host);
        boolean failed = showFailure(tables.leases().findFailure(hostname), hostname, out, err);
        return switch (tables.certificates().findConsistent(hostname)) {
            case FindResult.Found(StoredCertificate found) -> show(found, out);
            case FindResult.Absent() -> failed ? ExitCode.DONE : fail(err, hostname, "no certificate is stored");
            case FindResult.Damaged damaged -> fail(err, hostname, "the item is damaged: " + damaged.reason());
            case FindResult.KeyUnavailable(String keyId, String reason) ->
                fail(err, hostname, "key " + keyId + ": " + reason);
            case FindResult.Unreachable(String reason) -> fail(err, hostname, reason);
        };
    }

    private static int show(StoredCertificate found, PrintWriter out) {
        var leaf = found.chain().getFirst();
        out.println("hostname:   " + found.hostname());
        out.println("serial:     " + leaf.getSerialNumber().toString(16));
        out.println("not before: " + found.notBefore());
        out.println("not after:  " + found.notAfter());
        out.println("issued by:  " + leaf.getIssuerX500Principal().getName());
        out.println("directory:  " + found.issuer());
        out.println("version:    " + found.version());
        out.println("tenant:     " + found.lastVerdict().route().tenant().orElse("-"));
        out.println("refused at: "
                + (found.lastVerdict().equals(LastVerdict.UNKNOWN)
                        ? "no verdict yet"
                        : found.lastVerdict().refusedAt().map(Object::toString).orElse("-")));
        return ExitCode.DONE;
    }

    private static boolean showFailure(FailureResult result, Hostname hostname, PrintWriter out, PrintWriter err) {
        return switch (result) {
            case FailureResult.None() -> false;
            case FailureResult.Remembered(IssuanceFailure failure) -> {
                out.println("hostname:   " + hostname);
                out.println("failed at:  " + failure.failedAt());
                out.println("attempts:   " + failure.count());
                out.println("retry at:   " + failure.retryAt());
                out.println("cause:      " + failure.cause());
                out.println("challenge:  " + failure.challenge().orElse("-"));
                out.println("problem:    " + failure.problem());
                yield true;
            }
            case FailureResult.Unreachable(String reason) -> {
                err.println(hostname + ": " + reason);
                yield false;
            }
        };
    }

    private static int fail(PrintWriter err, Hostname hostname, String why) {
        err.println(hostname + ": " + why);
        return ExitCode.FAILED;
    }
}
