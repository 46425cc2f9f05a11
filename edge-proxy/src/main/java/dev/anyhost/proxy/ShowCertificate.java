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
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code anyhost certs show HOST}. */
@Command(
        name = "show",
        description = "Shows one hostname's certificate, and how its last attempt failed.",
        footer = {
            "",
            "--json prints one object; there may be more members in later releases:",
            "  {\"hostname\",",
            "   \"certificate\": null or {\"hostname\", \"serial\", \"not_before\", \"not_after\", \"issued_by\",",
            "     \"issuer\", \"version\", \"tenant\" (or null), \"verdict\": \"allowed\"|\"refused\"|\"none\", \"refused_at\""
                    + " (or null),",
            "     \"due_at\", \"used_at\", \"renew_at\" (or null), \"suggested_window\": null or {\"start\", \"end\", \"chosen\"}},",
            "   \"failure\": null or {\"hostname\", \"failed_at\", \"retry_at\", \"attempts\", \"cause\", \"challenge\" (or null),"
                    + " \"problem\"}}"
        },
        mixinStandardHelpOptions = true)
final class ShowCertificate extends StoreCommand {

    @Parameters(paramLabel = "HOST", converter = StoreCommand.ToHostname.class, description = "The hostname.")
    private @Nullable Hostname host;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    int work(Opened opened, PrintWriter out, PrintWriter err) {
        CertificateTables tables = opened.tables();
        Hostname hostname = Objects.requireNonNull(host);
        Optional<IssuanceFailure> failure = failure(tables.leases().findFailure(hostname), hostname, err);
        return switch (tables.certificates().findConsistent(hostname)) {
            case FindResult.Found(StoredCertificate found) -> {
                show(hostname, Optional.of(found), failure, out);
                yield ExitCode.DONE;
            }
            case FindResult.Absent() -> {
                if (failure.isEmpty()) {
                    yield fail(err, hostname, "no certificate is stored");
                }
                show(hostname, Optional.empty(), failure, out);
                yield ExitCode.DONE;
            }
            case FindResult.Damaged damaged -> fail(err, hostname, "the item is damaged: " + damaged.reason());
            case FindResult.KeyUnavailable(String keyId, String reason) ->
                fail(err, hostname, "key " + keyId + ": " + reason);
            case FindResult.Unreachable(String reason) -> fail(err, hostname, reason);
        };
    }

    private void show(
            Hostname hostname,
            Optional<StoredCertificate> certificate,
            Optional<IssuanceFailure> failure,
            PrintWriter out) {
        if (json) {
            ObjectNode object = JsonMapper.shared().createObjectNode().put("hostname", hostname.value());
            object.set(
                    "certificate", certificate.map(CertificateJson::certificate).orElse(null));
            object.set(
                    "failure",
                    failure.map(known -> CertificateJson.failure(hostname, known))
                            .orElse(null));
            out.println(object);
        } else {
            failure.ifPresent(known -> show(hostname, known, out));
            certificate.ifPresent(found -> show(found, out));
        }
    }

    private static void show(StoredCertificate found, PrintWriter out) {
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
        out.println("due at:     " + found.upkeep().due());
        out.println("used at:    " + found.upkeep().used());
        found.upkeep().renewAt().ifPresent(wish -> out.println("renew at:   " + wish));
    }

    private static void show(Hostname hostname, IssuanceFailure failure, PrintWriter out) {
        out.println("hostname:   " + hostname);
        out.println("failed at:  " + failure.failedAt());
        out.println("attempts:   " + failure.count());
        out.println("retry at:   " + failure.retryAt());
        out.println("cause:      " + failure.cause());
        out.println("challenge:  " + failure.challenge().orElse("-"));
        out.println("problem:    " + failure.problem());
    }

    private static Optional<IssuanceFailure> failure(FailureResult result, Hostname hostname, PrintWriter err) {
        return switch (result) {
            case FailureResult.None() -> Optional.empty();
            case FailureResult.Remembered(IssuanceFailure failure) -> Optional.of(failure);
            case FailureResult.Unreachable(String reason) -> {
                err.println(hostname + ": " + reason);
                yield Optional.empty();
            }
        };
    }

    private static int fail(PrintWriter err, Hostname hostname, String why) {
        err.println(hostname + ": " + why);
        return ExitCode.FAILED;
    }
}
