package dev.anyhost.proxy;

import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.StoreEffect;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anyhost certs list}: page by page, so that any number takes the same memory. */
@Command(
        name = "list",
        description = "Lists, separated by tabs, certificates (HOST valid-until UNTIL ISSUER) and names whose last"
                + " attempt failed (HOST failed-retry-at TIME CAUSE). New ones show up after a moment.",
        mixinStandardHelpOptions = true)
final class ListCertificates extends StoreCommand {

    @Option(names = "--failed", description = "Only names whose last attempt failed.")
    private boolean failedOnly;

    @Override
    int work(CertificateTables tables, PrintWriter out, PrintWriter err) {
        StoreEffect certificates = failedOnly
                ? new StoreEffect.Done()
                : tables.certificates()
                        .list(line -> out.println(String.join(
                                "\t",
                                line.hostname().value(),
                                "valid-until",
                                line.notAfter().toString(),
                                line.issuer())));
        StoreEffect failures = tables.leases()
                .listFailures((hostname, failure) -> out.println(String.join(
                        "\t",
                        hostname.value(),
                        "failed-retry-at",
                        failure.retryAt().toString(),
                        failure.cause())));
        return done(certificates, err) && done(failures, err) ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static boolean done(StoreEffect effect, PrintWriter err) {
        return switch (effect) {
            case StoreEffect.Done() -> true;
            case StoreEffect.Unreachable(String reason) -> {
                err.println(reason);
                yield false;
            }
        };
    }
}
