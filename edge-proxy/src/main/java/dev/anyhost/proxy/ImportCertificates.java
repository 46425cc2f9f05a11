package dev.anyhost.proxy;

import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.migration.CaddySource;
import dev.anyhost.proxy.migration.CertificateImport;
import dev.anyhost.proxy.migration.CertificateSource;
import dev.anyhost.proxy.migration.ImportRun;
import dev.anyhost.proxy.migration.PemFolder;
import dev.anyhost.store.CaddyTable;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.ReadPace;
import dev.anyhost.store.StoreSettings;
import dev.anyhost.store.TablesCheck;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anyhost certs import}: so that a move to Anyhost issues nothing anew. */
@Command(
        name = "import",
        description = "Puts certificates from elsewhere into the store; the source stays as it is. Prints for each,"
                + " separated by tabs, NAME and imported UNTIL ISSUER, or kept, skipped or failed and why. A stored"
                + " certificate that expires later is kept, so that it may be run again at any time.",
        mixinStandardHelpOptions = true)
final class ImportCertificates extends StoreCommand {

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Source source = new Source();

    @Option(
            names = "--region",
            paramLabel = "REGION",
            defaultValue = "${env:AWS_REGION:-us-east-1}",
            description = "Where Caddy's table is (default: ${DEFAULT-VALUE}).")
    private String region = "";

    @Option(names = "--endpoint", paramLabel = "URL", description = "For Caddy's table: another than the region's own.")
    private @Nullable URI endpoint;

    @Option(
            names = "--read-units",
            paramLabel = "N",
            defaultValue = "100",
            description = "What may be taken of Caddy's table's read capacity, in units a second; a certificate takes"
                    + " about 3 (default: ${DEFAULT-VALUE}).")
    private double readUnits;

    @Option(
            names = "--issuer",
            paramLabel = "URL",
            description =
                    "The ACME directory that certificates are from whose source doesn't tell: of all in --pem-dir,"
                            + " of those that Caddy before 2.7 keeps in a folder named after it. May be repeated for Caddy.")
    private List<URI> issuers = List.of();

    @Option(
            names = "--at-a-time",
            paramLabel = "N",
            defaultValue = "16",
            description = "How many certificates are under way at a time (default: ${DEFAULT-VALUE}).")
    private int atATime;

    @Option(names = "--dry-run", description = "Check everything, import nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print a JSON object for each certificate and one for the summary.")
    private boolean json;

    /** Where they are. */
    static final class Source {

        @Option(
                names = "--caddy-dir",
                required = true,
                paramLabel = "DIR",
                description = "Caddy's data folder, such as /var/lib/caddy/.local/share/caddy.")
        private @Nullable Path caddyFolder;

        @Option(
                names = "--caddy-dynamodb-table",
                required = true,
                paramLabel = "TABLE",
                description = "The table of Caddy's DynamoDB storage; it is gone through once.")
        private @Nullable String caddyTable;

        @Option(
                names = "--pem-dir",
                required = true,
                paramLabel = "DIR",
                description = "A folder of HOST/fullchain.pem and HOST/privkey.pem.")
        private @Nullable Path pemFolder;
    }

    @Override
    int work(Opened opened, PrintWriter out, PrintWriter err) {
        CertificateTables tables = opened.tables();
        if (atATime < 1 || readUnits <= 0) {
            return wrong(err, "--at-a-time, --read-units (expected: more than 0)");
        }
        Path caddyFolder = source.caddyFolder;
        if (caddyFolder != null) {
            return CaddySource.problem(caddyFolder)
                    .map(problem -> wrong(err, problem))
                    .orElseGet(() -> take(CaddySource.in(caddyFolder, issuers), tables, out, err));
        }
        if (source.pemFolder != null) {
            String issuer = issuers.isEmpty() ? "unknown" : issuers.getFirst().toString();
            var folder = new PemFolder(source.pemFolder, issuer);
            return folder.problem().map(problem -> wrong(err, problem)).orElseGet(() -> take(folder, tables, out, err));
        }
        return takeTable(String.valueOf(source.caddyTable), tables, out, err);
    }

    private int takeTable(String name, CertificateTables tables, PrintWriter out, PrintWriter err) {
        var place = new StoreSettings.Table(region, Optional.ofNullable(endpoint), name);
        try (CaddyTable table = CaddyTable.open(place, new ReadPace(readUnits, System::nanoTime, Thread::sleep))) {
            return table.problem()
                    .map(problem -> wrong(err, problem))
                    .orElseGet(() -> take(CaddySource.in(table, issuers), tables, out, err));
        }
    }

    private int take(CertificateSource from, CertificateTables tables, PrintWriter out, PrintWriter err) {
        // A mistyped key must not encrypt thousands of certificates for nobody.
        if (tables.check() instanceof TablesCheck.NotReady(String reason)) {
            return failed(err, reason);
        }
        var time = IssuanceTime.real();
        var lines = new ImportLines(out, json, dryRun);
        var into = new CertificateImport(tables, "import-" + UUID.randomUUID(), time, dryRun);
        try {
            ImportRun.Result result = new ImportRun(into, time.clock(), atATime, lines::outcome).take(from);
            lines.summary(result.summary());
            result.endedEarly().ifPresent(err::println);
            return result.isComplete() ? ExitCode.DONE : ExitCode.FAILED;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return failed(err, "stopped");
        }
    }

    private static int wrong(PrintWriter err, String problem) {
        err.println(problem);
        return ExitCode.WRONG_INPUT;
    }

    private static int failed(PrintWriter err, String problem) {
        err.println(problem);
        return ExitCode.FAILED;
    }
}
