package dev.anyhost.verifier.command;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.whitelist.ListResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code anyhost domains list}: page by page, so that any number of domains takes the same memory. */
@Command(
        name = "list",
        description = "List hostnames with tenant, status and origin, separated by tabs.",
        mixinStandardHelpOptions = true)
final class ListDomains implements Callable<Integer> {

    private static final int PAGE = 500;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Option(
            names = "--tenant",
            paramLabel = "T",
            converter = Converters.ToTenant.class,
            description = "Only this customer's.")
    private @Nullable String tenant;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Override
    public Integer call() {
        return config.withWhitelist(spec.commandLine().getErr(), this::list);
    }

    private int list(Whitelist whitelist) {
        PrintWriter out = spec.commandLine().getOut();
        Listing listing = json ? new JsonListing(out) : new TextListing(out);
        int unreadable = 0;
        Optional<Hostname> after = Optional.empty();
        listing.start();
        do {
            switch (whitelist.list(Optional.ofNullable(tenant), PAGE, after)) {
                case ListResult.Page(List<Domain> domains, List<String> damaged, Optional<Hostname> next) -> {
                    domains.forEach(listing::print);
                    damaged.forEach(this::reportUnreadable);
                    unreadable += damaged.size();
                    after = next;
                }
                case ListResult.Unreachable(String reason) -> {
                    spec.commandLine().getErr().println(reason);
                    return ExitCode.SOFTWARE;
                }
            }
        } while (after.isPresent());
        listing.end();
        return unreadable == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void reportUnreadable(String hostname) {
        spec.commandLine().getErr().println("The row of " + hostname + " can't be read");
    }

    /** How domains are printed. */
    private sealed interface Listing {
        void start();

        void print(Domain domain);

        void end();
    }

    private record TextListing(PrintWriter out) implements Listing {
        @Override
        public void start() {}

        @Override
        public void print(Domain domain) {
            String origin = domain.origin().map(Object::toString).orElse("-");
            out.println(String.join(
                    "\t",
                    domain.hostname().value(),
                    domain.tenant(),
                    domain.status().text(),
                    origin));
        }

        @Override
        public void end() {}
    }

    private static final class JsonListing implements Listing {
        private final PrintWriter out;
        private String separator = "\n";

        JsonListing(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void start() {
            out.print("[");
        }

        @Override
        public void print(Domain domain) {
            out.print(separator + DomainJson.write(domain));
            separator = ",\n";
        }

        @Override
        public void end() {
            out.println("]");
        }
    }
}
