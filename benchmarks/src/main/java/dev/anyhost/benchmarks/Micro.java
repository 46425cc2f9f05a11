package dev.anyhost.benchmarks;

import dev.anyhost.domain.HostnameParse;
import dev.anyhost.proxy.certificate.DirectoryHit;
import dev.anyhost.proxy.forward.HeaderRewrite;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Single steps of the hot path, under JMH. What they measure is package-private, so they are in the product's packages,
 * and in this module's jar.
 */
final class Micro implements Benchmark {

    private static final List<Class<?>> STEPS = List.of(DirectoryHit.class, HostnameParse.class, HeaderRewrite.class);
    private static final int FORKS = 2;
    private static final int ITERATIONS = 5;

    @Override
    public String name() {
        return "micro";
    }

    @Override
    public String description() {
        return "directory hit, hostname parse, header rewrite (JMH)";
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException {
        Path log = programs.work().resolve(name() + ".log");
        var options = new OptionsBuilder()
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .forks(effort.of(FORKS))
                .warmupIterations(effort.of(ITERATIONS))
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(effort.of(ITERATIONS))
                .measurementTime(TimeValue.seconds(1))
                .verbosity(VerboseMode.NORMAL)
                .output(log.toString())
                .shouldFailOnError(true);
        STEPS.forEach(step -> options.include("^" + step.getName().replace(".", "\\.") + "\\."));
        try {
            return table(new Runner(options.build()).run());
        } catch (RunnerException failed) {
            throw new IOException("see " + log, failed);
        }
    }

    private static String table(Collection<RunResult> results) {
        Table table = new Table("", "ns", "± (99.9 %)");
        for (RunResult result : results) {
            table.row(
                    result.getParams().getBenchmark().replaceAll(".*\\.(\\w+\\.\\w+)", "$1"),
                    Table.number(result.getPrimaryResult().getScore()),
                    Table.number(result.getPrimaryResult().getScoreError()));
        }
        return table.toString();
    }
}
