package dev.anyhost.verifier.api;

import static dev.anyhost.testkit.DynamoOperation.PUT_ITEM;
import static dev.anyhost.testkit.DynamoOperation.UPDATE_ITEM;
import static dev.anyhost.verifier.api.TestApi.ADMIN;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import dev.anyhost.domain.Hostname;
import dev.anyhost.testkit.CountingDynamoDb;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.whitelist.FindResult;
import dev.anyhost.verifier.whitelist.Tenants;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Requests between whose look and write something happens, or whose answers from the table are lost. */
class LostRaceTest {

    private static final TestApi API = TestApi.start();
    private static final String NAME = "race.example";
    private static final String PATH = "/v1/domains/race.example";
    private static final String NEW = "{\"hostname\":\"race.example\",\"tenant\":\"acme\"}";

    private final CountingDynamoDb dynamo = new CountingDynamoDb(API.client());
    private final DomainsHandler handler = new DomainsHandler(
            new DomainTables(new Whitelist(dynamo, API.table(), API.clock()), API.notices(), API.clock()),
            TestApi.settings(),
            TestApi.keys());

    @AfterAll
    static void stop() {
        API.close();
    }

    @BeforeEach
    void remove() {
        API.delete(ADMIN, PATH);
    }

    private int answer(String method, String path, String body, Optional<String> ifMatch) {
        var http = APIGatewayV2HTTPEvent.RequestContext.Http.builder()
                .withMethod(method)
                .build();
        Map<String, String> headers = new HashMap<>();
        headers.put("authorization", "Bearer " + ADMIN);
        headers.put("content-type", "application/json");
        ifMatch.ifPresent(tag -> headers.put("if-match", tag));
        var event = APIGatewayV2HTTPEvent.builder()
                .withRawPath(path)
                .withHeaders(headers)
                .withBody(body)
                .withRequestContext(APIGatewayV2HTTPEvent.RequestContext.builder()
                        .withHttp(http)
                        .build())
                .build();
        return handler.handleRequest(event, null).getStatusCode();
    }

    private int create() {
        return answer("POST", "/v1/domains", NEW, Optional.empty());
    }

    private int patch(Optional<String> ifMatch) {
        return answer("PATCH", PATH, "{\"policy\":{\"hsts_max_age\":77}}", ifMatch);
    }

    private void checkedBeforeEachOf(int writes) {
        for (int i = 0; i < writes; i++) {
            dynamo.beforeNext(PUT_ITEM, () -> API.checked(NAME, FindingCode.CNAME_OK, "Fine."));
        }
    }

    private static long count() {
        return ((Tenants.Result.Tenant) API.whitelist().tenants().find("acme")).domains();
    }

    @Test
    void fourLostRaces_theFifthTryWins_andKeepsWhatTheCheckerWrote() {
        API.post(ADMIN, "/v1/domains", NEW);
        checkedBeforeEachOf(4);
        assertThat(patch(Optional.empty())).isEqualTo(200);
        var domain = API.domain(NAME);
        assertThat(domain.registration().policy().hsts().orElseThrow().toSeconds())
                .isEqualTo(77);
        assertThat(domain.standing().checks().timeline().getFirst().count()).isEqualTo(4);
    }

    @Test
    void fiveLostRaces_503_andNothingChanged() {
        API.post(ADMIN, "/v1/domains", NEW);
        checkedBeforeEachOf(5);
        assertThat(patch(Optional.empty())).isEqualTo(503);
        assertThat(API.domain(NAME).registration().policy().hsts()).isEmpty();
    }

    @Test
    void ifMatch_lostRace_412() {
        API.post(ADMIN, "/v1/domains", NEW);
        checkedBeforeEachOf(1);
        assertThat(patch(API.get(ADMIN, PATH).header("etag"))).isEqualTo(412);
        assertThat(API.domain(NAME).registration().policy().hsts()).isEmpty();
    }

    @Test
    void createWithoutAnAnswer_isCountedWhenItHappened() {
        long before = count();
        String body = NEW.replace(NAME, "lost.example");
        dynamo.loseNextAnswer(PUT_ITEM);
        assertThat(answer("POST", "/v1/domains", body, Optional.empty())).isEqualTo(503);
        assertThat(API.domain("lost.example").tenant()).isEqualTo("acme");
        assertThat(count()).isEqualTo(before + 1);
        assertThat(answer("POST", "/v1/domains", body, Optional.empty())).isEqualTo(201);
        assertThat(count()).isEqualTo(before + 1);
    }

    @Test
    void createThatFails_isNotCounted() {
        long before = count();
        dynamo.failNext(PUT_ITEM, SdkClientException.create("cut"));
        assertThat(create()).isEqualTo(503);
        assertThat(API.whitelist().findConsistent(Hostname.parse(NAME).orElseThrow()))
                .isNotInstanceOf(FindResult.Found.class);
        assertThat(count()).isEqualTo(before);
    }

    @Test
    void createThatTheSdkRepeated_isItsOwnSuccess() {
        long before = count();
        dynamo.repeatNext(PUT_ITEM);
        assertThat(create()).isEqualTo(201);
        assertThat(count()).isEqualTo(before + 1);
    }

    @Test
    void quotaThatCannotBeAsked_503_nothingAdded() {
        dynamo.failNext(UPDATE_ITEM, SdkClientException.create("cut"));
        assertThat(create()).isEqualTo(503);
        assertThat(API.get(ADMIN, PATH).status()).isEqualTo(404);
    }

    @Test
    void label_isAskedForOnce() {
        create();
        answer("GET", PATH, "", Optional.empty());
        int before = dynamo.calls(UPDATE_ITEM);
        answer("GET", PATH, "", Optional.empty());
        answer("GET", "/v1/domains", "", Optional.empty());
        assertThat(dynamo.calls(UPDATE_ITEM)).isEqualTo(before);
    }

    @Test
    void removalOfWhatNobodyCounted_givesNothingBack() {
        var hostname = Hostname.parse("old.example").orElseThrow();
        API.whitelist().add(hostname, "elder", Optional.empty(), DomainStatus.ACTIVE);
        assertThat(API.get(ADMIN, "/v1/domains/old.example").status()).isEqualTo(200);
        assertThat(API.delete(ADMIN, "/v1/domains/old.example").status()).isEqualTo(204);
        Tenants tenants = API.whitelist().tenants();
        assertThat(tenants.take("elder", 1)).isInstanceOf(Tenants.Result.Tenant.class);
        assertThat(tenants.take("elder", 1)).isInstanceOf(Tenants.Result.Full.class);
    }
}
