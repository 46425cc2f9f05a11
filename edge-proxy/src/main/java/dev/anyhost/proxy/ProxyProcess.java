package dev.anyhost.proxy;

import dev.anyhost.proxy.ops.Log;
import dev.anyhost.settings.ConfigError;
import dev.anyhost.settings.ConfigResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.ToIntFunction;

/** A process that is one proxy, whoever read its command line. */
public final class ProxyProcess {

    private ProxyProcess() {}

    /**
     * Runs a proxy until a signal ends the process; returns an exit code when it couldn't start.
     *
     * @param config the configuration's file
     * @param err is told what is wrong
     */
    public static int run(Path config, PrintWriter err) {
        return configured(config, err, valid -> {
            try {
                runUntilSignal(EdgeProxy.start(valid));
                return ExitCode.DONE;
            } catch (StartFailed failed) {
                err.println("anyhost: " + failed.getMessage());
                err.flush();
                return ExitCode.FAILED;
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return ExitCode.FAILED;
            }
        });
    }

    private static void runUntilSignal(EdgeProxy proxy) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            proxy.close();
            Log.end();
            // The JVM would exit with 128 + the signal's number although everything was done in order.
            Runtime.getRuntime().halt(ExitCode.DONE);
        }));
        new CountDownLatch(1).await();
    }

    /** Does something with a configuration, or prints every mistake in it. */
    static int configured(Path file, PrintWriter err, ToIntFunction<ProxyConfig> command) {
        return switch (ProxyConfig.read(file, name -> Optional.ofNullable(System.getenv(name)))) {
            case ConfigResult.Valid<ProxyConfig>(ProxyConfig config) -> command.applyAsInt(config);
            case ConfigResult.Invalid<ProxyConfig>(List<ConfigError> errors) -> {
                errors.forEach(err::println);
                err.flush();
                yield ExitCode.WRONG_INPUT;
            }
        };
    }
}
