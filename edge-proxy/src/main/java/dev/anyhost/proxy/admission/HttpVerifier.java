package dev.anyhost.proxy.admission;

import dev.anyhost.domain.AskAnswer;
import dev.anyhost.domain.AskCodec;
import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.concurrent.TimeLimit;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Asks over HTTP, in the wire contract of Caddy's {@code on_demand_tls { ask … }}: {@code GET <url>?domain=<hostname>}.
 * Redirects are never followed, and at most 16 KiB of an answer is read. Blocks; for virtual threads.
 */
public final class HttpVerifier implements Verifier, AutoCloseable {

    private static final int MAX_BODY = 16 * 1024;
    private static final int FIRST_ERROR = 400;

    private final VerifierSettings settings;
    private final Optional<RequestSigner> signer;
    private final TimeLimit limit;

    /** @param signer present exactly when requests are to be signed */
    public HttpVerifier(VerifierSettings settings, Optional<RequestSigner> signer) {
        this.settings = settings;
        this.signer = signer;
        this.limit = new TimeLimit(settings.timeout());
    }

    @Override
    public Verdict ask(Hostname hostname) {
        try {
            URI url = askUrl(hostname);
            return AskCodec.read(hostname, limit.within(() -> answer(url)), signer.isPresent());
        } catch (IOException unreachable) {
            return new Verdict.Silent(unreachable.toString());
        }
    }

    private AskAnswer answer(URI url) throws IOException {
        // Rather than java.net.http: that takes two to four times the processor time, most of it in handing over.
        var connection = (HttpURLConnection) url.toURL().openConnection(Proxy.NO_PROXY);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setConnectTimeout(Math.toIntExact(settings.timeout().toMillis()));
        connection.setReadTimeout(Math.toIntExact(settings.timeout().toMillis()));
        connection.setRequestProperty("Accept", "application/json");
        signer.ifPresent(s -> s.sign(url).forEach(connection::setRequestProperty));
        int status = connection.getResponseCode();
        if (status < 0) {
            throw new IOException("the answer isn't HTTP");
        }
        return new AskAnswer(status, headers(connection), body(connection, status));
    }

    private static Map<String, String> headers(HttpURLConnection connection) {
        Map<String, String> headers = new HashMap<>();
        connection.getHeaderFields().forEach((name, values) -> {
            if (name != null) { // The status line has none.
                headers.put(name, values.getFirst());
            }
        });
        return headers;
    }

    private static String body(HttpURLConnection connection, int status) throws IOException {
        try (InputStream body = status < FIRST_ERROR ? connection.getInputStream() : connection.getErrorStream()) {
            return body == null ? "" : new String(body.readNBytes(MAX_BODY), StandardCharsets.UTF_8);
        }
    }

    private URI askUrl(Hostname hostname) {
        URI url = settings.url();
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String query = url.getRawQuery() == null ? "" : url.getRawQuery() + "&";
        return URI.create(
                url.getScheme() + "://" + url.getRawAuthority() + path + "?" + query + "domain=" + hostname.value());
    }

    @Override
    public void close() {
        limit.close();
    }
}
