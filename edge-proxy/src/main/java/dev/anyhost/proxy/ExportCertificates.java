package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.migration.ExportOutcome;
import dev.anyhost.proxy.migration.ExportRun;
import dev.anyhost.proxy.migration.PemExport;
import dev.anyhost.store.CertificateTables;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anyhost certs export}: the way out. */
@Command(
        name = "export",
        description = "Writes certificates and their private keys, unencrypted, to DIR/HOST/fullchain.pem and"
                + " DIR/HOST/privkey.pem, which only their owner may read. Prints HOST written FOLDER or HOST unchanged"
                + " FOLDER, separated by tabs.",
        mixinStandardHelpOptions = true)
final class ExportCertificates extends StoreCommand {

    private static final int AT_A_TIME = 16;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Wanted wanted = new Wanted();

    @Option(names = "--dir", required = true, paramLabel = "DIR", description = "Where to; made when it is missing.")
    private @Nullable Path folder;

    @Option(names = "--force", description = "Replace what was exported before.")
    private boolean force;

    /** Which. */
    static final class Wanted {

        @Parameters(
                arity = "1..*",
                paramLabel = "HOST",
                converter = StoreCommand.ToHostname.class,
                description = "Hostnames.")
        private List<Hostname> hosts = List.of();

        @Option(names = "--all", required = true, description = "All certificates, as the store's index lists them.")
        private boolean all;
    }

    @Override
    int work(Opened opened, PrintWriter out, PrintWriter err) {
        CertificateTables tables = opened.tables();
        var export = new PemExport(folder == null ? Path.of("") : folder, force);
        Optional<String> problem = export.problem();
        if (problem.isPresent()) {
            err.println(problem.get());
            return ExitCode.WRONG_INPUT;
        }
        var run = new ExportRun(
                tables.certificates(), export, AT_A_TIME, (hostname, outcome) -> print(hostname, outcome, out, err));
        ExportRun.Result result = wanted.all ? run.writeAll() : run.write(wanted.hosts);
        result.endedEarly().ifPresent(err::println);
        return result.isComplete() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static void print(Hostname hostname, ExportOutcome outcome, PrintWriter out, PrintWriter err) {
        switch (outcome) {
            case ExportOutcome.Written(Path place) -> out.println(hostname + "\twritten\t" + place);
            case ExportOutcome.Unchanged(Path place) -> out.println(hostname + "\tunchanged\t" + place);
            case ExportOutcome.Failed(String reason) -> err.println(hostname + ": " + reason);
        }
    }
}
