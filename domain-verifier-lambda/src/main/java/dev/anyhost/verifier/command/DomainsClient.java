package dev.anyhost.verifier.command;

import dev.anyhost.domain.Hostname;
import dev.anyhost.settings.ConfigValues;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.exception.SdkException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The domains API from outside. */
final class DomainsClient implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration REQUEST = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final String base;
    private final Credentials credentials;

    /** @param api where {@code /v1} is below */
    DomainsClient(URI api, Credentials credentials) {
        this.base = api.toString().replaceFirst("[?#].*", "").replaceFirst("/+$", "") + "/v1/domains";
        this.credentials = credentials;
    }

    /** By its literal alone; nothing is looked up. */
    static boolean isLoopback(URI url) {
        String host = Optional.ofNullable(url.getHost()).orElse("").replaceAll("[\\[\\]]", "");
        return host.equals("localhost")
                || ConfigValues.ip(host).filter(InetAddress::isLoopbackAddress).isPresent();
    }

    /** What came back. */
    sealed interface Reply {

        /** @param body a missing node when there is none */
        record Done(JsonNode body) implements Reply {}

        /** The API refused; a line for each mistake, ready for a terminal. */
        record Refused(int status, List<String> lines) implements Reply {

            /** Whether what was typed is what is wrong. */
            boolean isWrongInput() {
                return status == 400 || status == 401 || status == 413 || status == 422;
            }
        }

        /** It isn't known what became of the request. */
        record Unreachable(String reason) implements Reply {}
    }

    Reply create(JsonNode body) {
        return send("POST", base, body.toString());
    }

    Reply show(Hostname hostname) {
        return send("GET", base + "/" + hostname, "");
    }

    Reply remove(Hostname hostname) {
        return send("DELETE", base + "/" + hostname, "");
    }

    Reply check(Hostname hostname) {
        return send("POST", base + "/" + hostname + "/check", "");
    }

    Reply list(Map<String, String> parameters) {
        String query = parameters.entrySet().stream()
                .map(parameter ->
                        parameter.getKey() + "=" + URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send("GET", query.isEmpty() ? base : base + "?" + query, "");
    }

    private Reply send(String method, String url, String body) {
        URI target = URI.create(url);
        var request = HttpRequest.newBuilder(target)
                .timeout(REQUEST)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        try {
            credentials.headers(method, target, body).forEach(request::header);
            return reply(url, http.send(request.build(), BodyHandlers.ofString()));
        } catch (SdkException withoutCredentials) {
            return new Reply.Unreachable("AWS credentials: " + withoutCredentials.getMessage());
        } catch (IOException failed) {
            String reason = Optional.ofNullable(failed.getMessage())
                    .orElse(failed.getClass().getSimpleName());
            return new Reply.Unreachable(url + ": " + reason);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return new Reply.Unreachable(url + ": interrupted");
        }
    }

    private static Reply reply(String url, HttpResponse<String> response) {
        Optional<JsonNode> json = json(response.body());
        int status = response.statusCode();
        if (status / 100 == 2 && json.isPresent()) {
            return new Reply.Done(json.get());
        }
        return json.filter(body -> body.path("detail").isString())
                .<Reply>map(problem -> new Reply.Refused(status, lines(problem)))
                .orElseGet(() -> new Reply.Unreachable(
                        url + ": answered " + status + " and nothing of the domains API's (expected: its URL)"));
    }

    private static Optional<JsonNode> json(String body) {
        try {
            JsonMapper mapper = JsonMapper.shared();
            return Optional.of(body.isEmpty() ? mapper.missingNode() : mapper.readTree(body));
        } catch (JacksonException notJson) {
            return Optional.empty();
        }
    }

    private static List<String> lines(JsonNode problem) {
        List<String> lines = new ArrayList<>();
        for (JsonNode error : problem.path("errors")) {
            String place = error.path("pointer")
                    .asString(error.path("parameter").asString(""))
                    .replaceFirst("^/", "");
            lines.add(Terminal.plain(place + ": " + error.path("detail").asString("")));
        }
        return lines.isEmpty() ? List.of(Terminal.plain(problem.path("detail").asString(""))) : lines;
    }

    @Override
    public void close() {
        http.close();
    }
}
