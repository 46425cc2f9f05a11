package dev.anyhost.local;

import dev.anyhost.proxy.StartFailed;
import dev.anyhost.proxy.ops.Log;
import dev.anyhost.testkit.ChildFailed;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code anyhost dev}: the whole system on loopback, until a signal ends it. */
@Command(
        name = "dev",
        description = "Runs the whole system on loopback with real parts, and prints two curl lines to try.",
        mixinStandardHelpOptions = true)
final class DevCommand implements Callable<Integer> {

    @Option(names = "--https-port", defaultValue = "8443", paramLabel = "P", description = "default: ${DEFAULT-VALUE}")
    private int httpsPort;

    @Option(names = "--http-port", defaultValue = "8080", paramLabel = "P", description = "default: ${DEFAULT-VALUE}")
    private int httpPort;

    @Option(names = "--admin-port", defaultValue = "9180", paramLabel = "P", description = "default: ${DEFAULT-VALUE}")
    private int adminPort;

    @Option(
            names = "--verifier-port",
            defaultValue = "9181",
            paramLabel = "P",
            description = "default: ${DEFAULT-VALUE}")
    private int verifierPort;

    @Option(names = "--data", paramLabel = "DIR", description = "keep tables and keys here across restarts")
    private @Nullable Path data;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try {
            var ports = new LocalStack.Ports(httpsPort, httpPort, adminPort, verifierPort);
            runUntilSignal(LocalStack.start(ports, Optional.ofNullable(data)), out);
            return 0;
        } catch (ChildFailed | StartFailed failed) {
            err.println("anyhost: " + failed.getMessage());
            err.flush();
            return 1;
        }
    }

    private static void runUntilSignal(LocalStack stack, PrintWriter out) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stack.close();
            Log.end();
            Runtime.getRuntime().halt(0);
        }));
        stack.awaitReady();
        stack.curlLines().forEach(out::println);
        stack.nextLines().forEach(out::println);
        out.flush();
        new CountDownLatch(1).await();
    }
}
