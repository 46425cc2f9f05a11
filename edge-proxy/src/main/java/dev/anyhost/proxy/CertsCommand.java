package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.store.encryption.KeyEncryption;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code anyhost certs}: the certificate store from a terminal. */
@Command(
        name = "certs",
        description = "Looks into the certificate store.",
        mixinStandardHelpOptions = true,
        subcommands = CertsCommand.Show.class)
public final class CertsCommand {

    /** {@code anyhost certs show HOST}. */
    @Command(name = "show", description = "Shows one hostname's certificate.", mixinStandardHelpOptions = true)
    static final class Show implements Callable<Integer> {

        @Parameters(paramLabel = "HOST", description = "the hostname")
        private String host = "";

        @Mixin
        private ConfigOption config = new ConfigOption();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            PrintWriter err = spec.commandLine().getErr();
            return config.with(err, valid -> {
                Optional<Hostname> hostname = Hostname.parse(host);
                int code = hostname.isPresent() ? show(valid, hostname.get(), out, err) : notAHostname(err);
                out.flush();
                err.flush();
                return code;
            });
        }

        private int notAHostname(PrintWriter err) {
            err.println("HOST: " + host + " (expected: " + Hostname.EXPECTED + ")");
            return ExitCode.WRONG_INPUT;
        }

        private static int show(ProxyConfig config, Hostname hostname, PrintWriter out, PrintWriter err) {
            try (KeyEncryption keys = ProxyKeys.of(config);
                    var tables = CertificateTables.open(config.store().tables(), keys, InstantSource.system())) {
                return switch (tables.certificates().findConsistent(hostname)) {
                    case FindResult.Found(StoredCertificate found) -> print(found, out);
                    case FindResult.Absent() -> fail(err, hostname, "no certificate is stored");
                    case FindResult.Damaged damaged -> fail(err, hostname, "the item is damaged: " + damaged.reason());
                    case FindResult.KeyUnavailable unavailable ->
                        fail(err, hostname, "key " + unavailable.keyId() + ": " + unavailable.reason());
                    case FindResult.Unreachable(String reason) -> fail(err, hostname, reason);
                };
            }
        }

        private static int print(StoredCertificate found, PrintWriter out) {
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
                    + found.lastVerdict().refusedAt().map(Object::toString).orElse("-"));
            return ExitCode.DONE;
        }

        private static int fail(PrintWriter err, Hostname hostname, String why) {
            err.println(hostname + ": " + why);
            return ExitCode.FAILED;
        }
    }
}
