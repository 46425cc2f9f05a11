package dev.anyhost.proxy.issuance;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.exception.AcmeException;

/**
 * The sessions with one authority. acme4j's session has one nonce and so one signed request at a time (RFC 8555 section
 * 6.5); a few of them let orders go on in parallel, and each keeps its nonce for the next order.
 */
final class AcmeSessions implements AutoCloseable {

    private static final int COUNT = 8;

    private final HttpClient http;
    private final AuthorityProvider provider;
    private final List<Session> sessions;
    private final AtomicInteger turn = new AtomicInteger();

    AcmeSessions(AcmeSettings settings, SSLContext tls, IssuanceTime time) {
        this.http = HttpClient.newBuilder()
                .sslContext(tls)
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(settings.time().call())
                .build();
        this.provider = new AuthorityProvider(http, time, settings.time().call());
        this.sessions =
                Stream.generate(() -> session(settings, provider)).limit(COUNT).toList();
    }

    /** The next in turn; another order may be using it too. */
    Session next() {
        return sessions.get(Math.floorMod(turn.getAndIncrement(), COUNT));
    }

    /** How far our clock is ahead of the authority's, as far as it says. */
    Duration clockAhead() throws AcmeException {
        return provider.clockAhead(next());
    }

    private static Session session(AcmeSettings settings, AuthorityProvider provider) {
        var session = new Session(settings.directory(), provider);
        session.networkSettings().setTimeout(settings.time().call());
        session.networkSettings().setCompressionEnabled(false);
        session.setLocale(Locale.ENGLISH);
        return session;
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        http.shutdownNow();
    }
}
