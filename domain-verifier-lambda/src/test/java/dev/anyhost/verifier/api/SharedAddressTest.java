package dev.anyhost.verifier.api;

import static dev.anyhost.verifier.api.TestApi.ADMIN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.verifier.AskHandler;
import dev.anyhost.verifier.FunctionUrlServer;
import dev.anyhost.verifier.onboarding.FindingCode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedAddressTest {

    private static HttpResponse<String> get(URI uri) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        }
    }

    @Test
    void ask_isEverywhereButUnderV1() throws Exception {
        try (var api = TestApi.start()) {
            api.post(ADMIN, "/v1/domains", "{\"hostname\":\"shop.example\",\"tenant\":\"acme\"}");
            api.checked("shop.example", FindingCode.CNAME_OK, "Fine.");
            for (String path : new String[] {"", "any/path", "v1x", "v10/domains", "x/v1/"}) {
                var answer = get(api.uri().resolve("/" + path + "?domain=shop.example"));
                assertThat(answer.statusCode()).as(path).isEqualTo(200);
            }
            assertThat(get(api.uri().resolve("/v1?domain=shop.example")).statusCode())
                    .isEqualTo(404);
            assertThat(get(api.uri().resolve("/v1/domains?domain=shop.example")).statusCode())
                    .isEqualTo(401);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1", "/v1/", "/v1/domains", "/v1/openapi.json", "/v1/domains/shop.example"})
    void apiThatIsOff_404(String path) throws Exception {
        try (var api = TestApi.start();
                var server = FunctionUrlServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new SharedAddress(new AskHandler(api.whitelist()), Optional.empty()),
                        api.clock())) {
            var answer = get(server.uri().resolve(path));
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(get(server.uri().resolve("/?domain=shop.example")).statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void proxiesThatCannotBeTold_failNoCall() {
        try (var api = TestApi.start()) {
            api.post(ADMIN, "/v1/domains", "{\"hostname\":\"shop.example\",\"tenant\":\"acme\"}");
            api.loseCoordination();
            assertThat(api.patch(ADMIN, "/v1/domains/shop.example", "{\"status\":\"blocked\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(api.delete(ADMIN, "/v1/domains/shop.example").status()).isEqualTo(204);
        }
    }
}
