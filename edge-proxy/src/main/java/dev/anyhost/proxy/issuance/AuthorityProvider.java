package dev.anyhost.proxy.issuance;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.Connection;
import org.shredzone.acme4j.connector.HttpConnector;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.provider.GenericAcmeProvider;
import org.shredzone.acme4j.toolbox.JSON;

/**
 * How acme4j reaches one authority: all sessions share one HTTP client, with the operator's roots, and one copy of the
 * directory. Without the copy, an authority that forbids caching (Let's Encrypt does) would be asked for its directory
 * before each order and each nonce.
 */
final class AuthorityProvider extends GenericAcmeProvider {

    private static final Duration DIRECTORY_KEPT = Duration.ofHours(1);

    private final HttpClient http;
    private final IssuanceTime time;
    private final Duration callTimeout;
    private final AuthorityClock clock;
    private volatile @Nullable Directory latest;

    AuthorityProvider(HttpClient http, IssuanceTime time, Duration callTimeout) {
        this.http = http;
        this.time = time;
        this.callTimeout = callTimeout;
        this.clock = new AuthorityClock(time);
    }

    private record Directory(JSON content, long readNanos) {}

    @Override
    public HttpClient createHttpClient(NetworkSettings settings) {
        return http;
    }

    @Override
    public Connection connect(URI server, NetworkSettings settings, HttpClient client) {
        return new AcmeConnection(new HttpConnector(settings, client), time.clock(), callTimeout, clock);
    }

    /** How far our clock is ahead of the authority's, as far as it says. Asks it unless it answered lately. */
    Duration clockAhead(Session session) throws AcmeException {
        if (clock.ahead().isEmpty()) {
            latest = new Directory(
                    read(session, session.getServerUri()), time.nanos().getAsLong());
        }
        return clock.ahead().orElse(Duration.ZERO);
    }

    @Override
    public JSON directory(Session session, URI server) throws AcmeException {
        Directory known = latest;
        long now = time.nanos().getAsLong();
        if (known == null || now - known.readNanos() >= DIRECTORY_KEPT.toNanos()) {
            known = new Directory(read(session, server), now);
            latest = known;
        }
        return known.content();
    }

    private JSON read(Session session, URI server) throws AcmeException {
        try (Connection connection = connect(server, session.networkSettings(), http)) {
            connection.sendRequest(resolve(server), session, null);
            return connection.readJsonResponse();
        }
    }
}
