package dev.anyhost.proxy.admission;

import dev.anyhost.domain.AskAnswer;
import dev.anyhost.domain.AskCodec;
import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Asks over HTTP, in the wire contract of Caddy's {@code on_demand_tls { ask … }}: {@code GET <url>?domain=<hostname>}.
 * Redirects are never followed, and at most 16 KiB of an answer is read.
 */
public final class HttpVerifier implements Verifier, AutoCloseable {

    private static final int MAX_BODY = 16 * 1024;

    private final VerifierSettings settings;
    private final Optional<RequestSigner> signer;
    private final HttpClient http;

    /** @param signer present exactly when requests are to be signed */
    public HttpVerifier(VerifierSettings settings, Optional<RequestSigner> signer) {
        this.settings = settings;
        this.signer = signer;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.timeout())
                .build();
    }

    @Override
    public Verdict ask(Hostname hostname) {
        try {
            return AskCodec.read(hostname, send(request(hostname)), signer.isPresent());
        } catch (IOException unreachable) {
            return new Verdict.Silent(unreachable.toString());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Verdict.Silent("interrupted");
        }
    }

    private AskAnswer send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        Map<String, String> headers = new HashMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
        try (InputStream body = response.body()) {
            return new AskAnswer(
                    response.statusCode(), headers, new String(body.readNBytes(MAX_BODY), StandardCharsets.UTF_8));
        }
    }

    private HttpRequest request(Hostname hostname) {
        HttpRequest.Builder request = HttpRequest.newBuilder(askUrl(hostname))
                .timeout(settings.timeout())
                .header("Accept", "application/json")
                .GET();
        signer.ifPresent(s -> s.sign(askUrl(hostname)).forEach(request::setHeader));
        return request.build();
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
        http.shutdownNow();
    }
}
