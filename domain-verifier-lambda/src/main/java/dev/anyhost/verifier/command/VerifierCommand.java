package dev.anyhost.verifier.command;

import dev.anyhost.verifier.AskHandler;
import dev.anyhost.verifier.FunctionUrlServer;
import dev.anyhost.verifier.VerifierSettings;
import dev.anyhost.verifier.api.ApiKeys;
import dev.anyhost.verifier.api.ApiSettings;
import dev.anyhost.verifier.api.DomainTables;
import dev.anyhost.verifier.api.DomainsHandler;
import dev.anyhost.verifier.api.SharedAddress;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code anyhost verifier}: ask and domains API behind one local function URL, until SIGTERM or SIGINT. */
@Command(
        name = "verifier",
        description = "Answer whether hostnames may be served, at a local function URL.",
        mixinStandardHelpOptions = true)
public final class VerifierCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigOption config = new ConfigOption();

    /** For picocli. */
    public VerifierCommand() {}

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        return config.file().withSettings(err, settings -> withKeys(settings, err));
    }

    private int withKeys(VerifierSettings settings, PrintWriter err) {
        Optional<ApiKeys.Read> read = settings.apiKeys().map(ApiKeys::read);
        if (read.isPresent() && read.get() instanceof ApiKeys.Read.Wrong(String error)) {
            err.println("api-keys: " + error);
            return ExitCode.USAGE;
        }
        Optional<ApiKeys> keys = read.map(ApiKeys.Read.Keys.class::cast).map(ApiKeys.Read.Keys::keys);
        return ConfigFile.withWhitelist(err, settings, whitelist -> withApi(settings, whitelist, keys));
    }

    private int withApi(VerifierSettings settings, Whitelist whitelist, Optional<ApiKeys> keys) {
        var clock = InstantSource.system();
        try (var notices = ProxyNotices.open(settings.changes(), clock)) {
            var tables = new DomainTables(whitelist, notices, clock);
            Optional<DomainsHandler> api = keys.flatMap(known -> settings.edge()
                    .map(edge ->
                            new DomainsHandler(tables, new ApiSettings(edge, settings.domainsPerTenant()), known)));
            return withChecks(
                    settings, tables, () -> serve(settings, new SharedAddress(new AskHandler(whitelist), api)));
        }
    }

    /** Without an edge domain there is nothing that hostnames could be held against. */
    private int withChecks(VerifierSettings settings, DomainTables tables, IntSupplier serve) {
        if (settings.edge().isEmpty()) {
            spec.commandLine().getOut().println("DNS checks: off (edge-domain is not set)");
            return serve.getAsInt();
        }
        return switch (SelfHostedChecks.start(settings, settings.edge().get(), tables)) {
            case SelfHostedChecks.Start.Wrong(String error) -> {
                spec.commandLine().getErr().println(error);
                yield ExitCode.USAGE;
            }
            case SelfHostedChecks.Start.Started(SelfHostedChecks checks) -> {
                try (checks) {
                    yield serve.getAsInt();
                }
            }
        };
    }

    private int serve(VerifierSettings settings, SharedAddress handler) {
        try (var server = FunctionUrlServer.start(settings.listen(), handler, InstantSource.system())) {
            endWithExitCodeZero(server);
            PrintWriter out = spec.commandLine().getOut();
            out.println("Verifier: " + server.uri());
            out.println(
                    handler.domains().isPresent()
                            ? "Domains API: " + server.uri() + "v1/domains"
                            : "Domains API: off (api-keys names no file)");
            out.flush();
            new CountDownLatch(1).await();
            return ExitCode.OK;
        } catch (IOException taken) {
            var address = settings.listen();
            String where = address.getHostString() + ":" + address.getPort();
            spec.commandLine().getErr().println("listen: " + where + " can't be listened on: " + taken.getMessage());
            return ExitCode.SOFTWARE;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return ExitCode.OK;
        }
    }

    /** A JVM that a signal ends would exit with 128 and more, which supervisors take for a failure. */
    private static void endWithExitCodeZero(FunctionUrlServer server) {
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(() -> {
                    server.close();
                    Runtime.getRuntime().halt(ExitCode.OK);
                }));
    }
}
