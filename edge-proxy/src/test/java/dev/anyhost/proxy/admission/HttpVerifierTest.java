package dev.anyhost.proxy.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.domain.Verdict;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.RawRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** The ask on the wire. */
class HttpVerifierTest {

    private static final Hostname HOST = Hostname.parse("shop.example").orElseThrow();
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static VerifierSettings settings(URI url) {
        return new VerifierSettings(url, VerifierSettings.Auth.NONE, "eu-west-1", TIMEOUT);
    }

    private static Verdict ask(URI url, Optional<RequestSigner> signer) {
        try (var verifier = new HttpVerifier(settings(url), signer)) {
            return verifier.ask(HOST);
        }
    }

    private static RawOrigin answering(String head) {
        return RawOrigin.start(
                RawOrigin.Script.answering("HTTP/1.1 " + head + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    }

    @Test
    void domain_isAddedToTheUrlsOwnQuery() {
        try (RawOrigin verifier = answering("200 OK")) {
            Verdict verdict = ask(URI.create(verifier.uri() + "?a=b"), Optional.empty());
            assertThat(verdict).isEqualTo(new Verdict.Allowed(Route.UNNAMED, Duration.ofMinutes(5)));
            assertThat(verifier.takeRequest().requestLine()).isEqualTo("GET /?a=b&domain=shop.example HTTP/1.1");
        }
    }

    @ParameterizedTest
    @CsvSource({"403 Forbidden,KNOWN", "404 Not Found,UNKNOWN", "400 Bad Request,NOT_A_HOSTNAME", "410 Gone,KNOWN"})
    void refusal_isARefusal(String status, Verdict.Refused.Reason reason) {
        try (RawOrigin verifier = answering(status)) {
            assertThat(ask(verifier.uri(), Optional.empty())).isEqualTo(new Verdict.Refused(reason));
        }
    }

    @ParameterizedTest
    @CsvSource({"500 Oops", "503 Busy", "401 Unauthorized", "429 Slow Down"})
    void anythingElse_isSilence(String status) {
        try (RawOrigin verifier = answering(status)) {
            assertThat(ask(verifier.uri(), Optional.empty())).isInstanceOf(Verdict.Silent.class);
        }
    }

    @Test
    void redirect_isSilenceAndIsNotFollowed() {
        try (RawOrigin target = answering("200 OK");
                RawOrigin verifier = answering("302 Found\r\nLocation: " + target.uri())) {
            assertThat(ask(verifier.uri(), Optional.empty())).isInstanceOf(Verdict.Silent.class);
            assertThat(target.requests()).isEmpty();
        }
    }

    @Test
    void verifierThatDribbles_isSilentWhenItsTimeIsOver() throws Exception {
        var hungUp = new CompletableFuture<String>();
        try (RawOrigin verifier = RawOrigin.start(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nX-");
            try {
                while (true) {
                    connection.write("a");
                    Thread.onSpinWait();
                }
            } catch (IOException gone) {
                hungUp.complete("hung up");
            }
        })) {
            var settings = new VerifierSettings(
                    verifier.uri(), VerifierSettings.Auth.NONE, "eu-west-1", Duration.ofMillis(300));
            var verdict = new CompletableFuture<Verdict>();
            Thread.startVirtualThread(() -> {
                try (var impatient = new HttpVerifier(settings, Optional.empty())) {
                    verdict.complete(impatient.ask(HOST));
                }
            });
            assertThat(verdict.get(30, TimeUnit.SECONDS)).isInstanceOf(Verdict.Silent.class);
            assertThat(hungUp.get(30, TimeUnit.SECONDS)).isEqualTo("hung up");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "220 mail ready\r\n",
                "",
                "\u0000\u0001\u0002",
                "HTTP/1.1 abc\r\n\r\n",
                "{\"hostname\":\"shop.example\"}"
            })
    void garbage_isSilence(String garbage) {
        try (RawOrigin verifier = RawOrigin.start(connection -> {
            connection.readRequest();
            connection.write(garbage);
        })) {
            assertThat(ask(verifier.uri(), Optional.empty())).isInstanceOf(Verdict.Silent.class);
        }
    }

    @Test
    void nobodyThere_isSilence() {
        URI closed;
        try (RawOrigin verifier = answering("200 OK")) {
            closed = verifier.uri();
        }
        assertThat(ask(closed, Optional.empty())).isInstanceOf(Verdict.Silent.class);
    }

    @Test
    void signedAsk_carriesSignatureVersion4ForLambda() {
        try (RawOrigin verifier = answering("200 OK")) {
            var credentials = StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret"));
            var signer = new RequestSigner(credentials, verifier.uri(), "eu-west-1");
            assertThat(ask(verifier.uri(), Optional.of(signer))).isInstanceOf(Verdict.Allowed.class);
            RawRequest request = verifier.takeRequest();
            assertThat(request.header("Authorization").orElseThrow())
                    .startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
                    .contains("/eu-west-1/lambda/aws4_request", "SignedHeaders=host;x-amz-")
                    .doesNotContain("secret");
            assertThat(request.header("X-Amz-Date").orElseThrow()).matches("[0-9]{8}T[0-9]{6}Z");
        }
    }

    @Test
    void functionUrl_namesTheRegionToSignFor() {
        var credentials = StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret"));
        URI url = URI.create("https://abc123.lambda-url.ap-southeast-2.on.aws/?domain=shop.example");
        assertThat(new RequestSigner(credentials, url, "eu-west-1").sign(url).get("Authorization"))
                .contains("/ap-southeast-2/lambda/aws4_request");
    }
}
