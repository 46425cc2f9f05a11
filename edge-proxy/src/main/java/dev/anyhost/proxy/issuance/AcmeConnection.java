package dev.anyhost.proxy.issuance;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URL;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.DefaultConnection;
import org.shredzone.acme4j.connector.HttpConnector;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.shredzone.acme4j.toolbox.JSON;
import org.shredzone.acme4j.toolbox.JSONBuilder;

/**
 * acme4j's connection with five things changed:
 *
 * <ol>
 *   <li>The time limit covers the body. Java 25's own ends with the headers, and a body that stops would hold the
 *       session's nonce lock for ever.
 *   <li>The body is read whole, bounded, so that an answer acme4j doesn't look at (finalize) gives its TCP connection back.
 *   <li>429 and 5xx keep their Retry-After whatever the body is; acme4j keeps it for {@code rateLimited} problems only.
 *   <li>badNonce is retried thirty times instead of ten: at an authority that rejects every other nonce, ten would fail
 *       one order in a hundred.
 *   <li>The Date of each answer is noted.
 * </ol>
 */
final class AcmeConnection extends DefaultConnection {

    private static final String BAD_NONCE = "urn:ietf:params:acme:error:badNonce";
    private static final int NONCE_ROUNDS = 3;
    private static final long LARGEST_BODY = 1 << 20;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int FIRST_SERVER_ERROR = 500;

    private final InstantSource clock;
    private final Duration timeout;
    private final AuthorityClock authorityClock;

    AcmeConnection(HttpConnector connector, InstantSource clock, Duration timeout, AuthorityClock authorityClock) {
        super(connector);
        this.authorityClock = authorityClock;
        this.clock = clock;
        this.timeout = timeout;
    }

    @Override
    protected int sendSignedRequest(
            URL url,
            @Nullable JSONBuilder claims,
            Session session,
            KeyPair keypair,
            @Nullable URL accountLocation,
            String accept)
            throws AcmeException {
        for (int round = 1; true; round++) {
            try {
                return super.sendSignedRequest(url, claims, session, keypair, accountLocation, accept);
            } catch (AcmeServerException rejected) {
                if (round == NONCE_ROUNDS || !rejected.getType().toString().equals(BAD_NONCE)) {
                    throw rejected;
                }
                close();
            }
        }
    }

    /** acme4j fetches a nonce in the middle of a retry, when it still has the last response. */
    @Override
    public void resetNonce(Session session) throws AcmeException {
        close();
        super.resetNonce(session);
    }

    @Override
    protected void sendRequest(Session session, URL url, Consumer<HttpRequest.Builder> body) throws IOException {
        HttpRequest.Builder request =
                requestTo(url).header("Accept-Charset", "utf-8").header("Accept-Language", session.getLanguageHeader());
        body.accept(request);
        HttpResponse<InputStream> response = exchange(request.build());
        response.headers().firstValue("Date").ifPresent(authorityClock::saw);
        if (response.statusCode() == TOO_MANY_REQUESTS || response.statusCode() >= FIRST_SERVER_ERROR) {
            throw new AuthorityBusyException(response.statusCode(), problem(response), retryAfter(response));
        }
        lastResponse = response;
    }

    @Override
    public Optional<Instant> getRetryAfter() {
        return lastResponse == null ? Optional.empty() : retryAfter(lastResponse);
    }

    private HttpRequest.Builder requestTo(URL url) {
        try {
            return httpConnector.createRequestBuilder(url);
        } catch (IllegalArgumentException notHttp) {
            throw new AcmeProtocolException("unusable URL: " + url, notHttp);
        }
    }

    private HttpResponse<InputStream> exchange(HttpRequest request) throws IOException {
        CompletableFuture<HttpResponse<InputStream>> pending = httpClient.sendAsync(
                request,
                head -> BodySubscribers.limiting(
                        BodySubscribers.mapping(BodySubscribers.ofByteArray(), ByteArrayInputStream::new),
                        LARGEST_BODY));
        try {
            return pending.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            pending.cancel(true);
            throw new HttpTimeoutException("no whole answer within " + timeout);
        } catch (InterruptedException stopped) {
            pending.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        }
    }

    private Optional<Instant> retryAfter(HttpResponse<InputStream> response) {
        return response.headers().firstValue("Retry-After").flatMap(value -> RetryAfter.parse(value, clock.instant()));
    }

    private static AcmeProblem problem(HttpResponse<InputStream> response) {
        boolean documented = response.headers()
                .firstValue("Content-Type")
                .filter(type -> type.startsWith("application/problem+json"))
                .isPresent();
        if (documented) {
            try {
                return AcmeProblem.of(JSON.parse(response.body()));
            } catch (IOException | AcmeProtocolException garbage) {
                return AcmeProblem.plain(Optional.of(response.statusCode()), "unreadable problem document");
            }
        }
        return AcmeProblem.plain(Optional.of(response.statusCode()), "HTTP " + response.statusCode());
    }
}
