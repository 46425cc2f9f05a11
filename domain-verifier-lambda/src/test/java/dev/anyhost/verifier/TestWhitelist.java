package dev.anyhost.verifier;

import dev.anyhost.domain.Hostname;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.whitelist.AddResult;
import dev.anyhost.verifier.whitelist.TableCheck;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;

/**
 * A whitelist on DynamoDB Local with a domain in each status: {@code active.example} (tenant acme, with an origin),
 * {@code misconfigured.example}, {@code pending.example}, {@code suspended.example}, {@code blocked.example}.
 */
public final class TestWhitelist implements AutoCloseable {

    public static final String TABLE = "anyhost-domains";

    private final DynamoDbLocal dynamo = DynamoDbLocal.start();

    /** With the SDK's own patience, since a busy machine isn't what is tested. */
    private final Whitelist whitelist = new Whitelist(dynamo.client(), TABLE, InstantSource.system());

    /** Starts it and fills it. */
    public static TestWhitelist start() {
        var started = new TestWhitelist();
        if (!(started.whitelist.check(true) instanceof TableCheck.Ready)) {
            throw new IllegalStateException("no table");
        }
        for (DomainStatus status : DomainStatus.values()) {
            Optional<URI> origin = status == DomainStatus.ACTIVE
                    ? Optional.of(URI.create("https://origin.example"))
                    : Optional.empty();
            var hostname = Hostname.parse(status.text() + ".example").orElseThrow();
            if (!(started.whitelist.add(hostname, "acme", origin, status) instanceof AddResult.Added)) {
                throw new IllegalStateException("not added: " + hostname);
            }
        }
        return started;
    }

    public Whitelist whitelist() {
        return whitelist;
    }

    public URI endpoint() {
        return dynamo.endpoint();
    }

    /** DynamoDB is gone from now on. */
    public void kill() {
        dynamo.kill();
    }

    @Override
    public void close() {
        whitelist.close();
        dynamo.close();
    }
}
