package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.encryption.KeyEncryption;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** A command that works on a proxy's tables. */
abstract class StoreCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Does the command's work; the exit code. */
    abstract int work(Opened opened, PrintWriter out, PrintWriter err);

    /** What a command works on. */
    record Opened(ProxyConfig config, CertificateTables tables) {}

    @Override
    public final Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        int code = config.with(err, valid -> work(valid, out, err));
        out.flush();
        err.flush();
        return code;
    }

    private int work(ProxyConfig valid, PrintWriter out, PrintWriter err) {
        try (KeyEncryption keys = ProxyKeys.of(valid);
                var tables = CertificateTables.open(valid.store().tables(), keys, InstantSource.system())) {
            return work(new Opened(valid, tables), out, err);
        }
    }

    /** Reads a hostname from the command line. */
    static final class ToHostname implements ITypeConverter<Hostname> {
        @Override
        public Hostname convert(String text) {
            return Hostname.parse(text)
                    .orElseThrow(() -> new TypeConversionException(text + " (expected: " + Hostname.EXPECTED + ")"));
        }
    }
}
