package dev.anyhost.verifier.command;

import dev.anyhost.verifier.CheckSettings;
import dev.anyhost.verifier.VerifierSettings;
import dev.anyhost.verifier.api.DomainTables;
import dev.anyhost.verifier.check.CheckLoop;
import dev.anyhost.verifier.check.LookingAfter;
import dev.anyhost.verifier.dns.Edge;
import dev.anyhost.verifier.events.Webhook;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** The scheduled run in the process that serves the ask, for who hosts it themselves. */
final class SelfHostedChecks implements AutoCloseable {

    private final CheckLoop loop;
    private final Optional<Webhook> webhook;

    private SelfHostedChecks(CheckLoop loop, Optional<Webhook> webhook) {
        this.loop = loop;
        this.webhook = webhook;
    }

    /** What came of starting it. */
    sealed interface Start {
        record Started(SelfHostedChecks checks) implements Start {}

        /** One line that names the key and what was expected. */
        record Wrong(String error) implements Start {}
    }

    static Start start(VerifierSettings settings, Edge edge, DomainTables tables) {
        Optional<Webhook> webhook = Optional.empty();
        if (settings.checks().webhook().isPresent()) {
            CheckSettings.Hook hook = settings.checks().webhook().get();
            Optional<List<String>> secrets = secrets(hook);
            if (secrets.isEmpty()) {
                return new Start.Wrong("webhook.secrets: " + hook.secrets() + " (expected: a readable file of "
                        + Webhook.SECRET_EXPECTED + ")");
            }
            webhook = secrets.map(known -> new Webhook(hook.url(), known));
        }
        var run = new LookingAfter(edge, settings.resolvers(), settings.checks().grace(), webhook)
                .run(tables.whitelist(), tables.notices(), tables.clock());
        return new Start.Started(
                new SelfHostedChecks(CheckLoop.start(run, settings.checks().interval(), tables.clock()), webhook));
    }

    private static Optional<List<String>> secrets(CheckSettings.Hook hook) {
        try {
            List<String> secrets = Files.readAllLines(hook.secrets()).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            return Optional.of(secrets)
                    .filter(all -> !all.isEmpty() && all.stream().allMatch(Webhook::isSecret));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        loop.close();
        webhook.ifPresent(Webhook::close);
    }
}
