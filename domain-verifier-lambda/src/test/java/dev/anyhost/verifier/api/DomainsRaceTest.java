package dev.anyhost.verifier.api;

import static dev.anyhost.verifier.api.TestApi.ACME;
import static dev.anyhost.verifier.api.TestApi.ADMIN;
import static dev.anyhost.verifier.api.TestApi.RIVAL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.verifier.whitelist.Tenants;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class DomainsRaceTest {

    private static final TestApi API = TestApi.start();

    @AfterAll
    static void stop() {
        API.close();
    }

    private static <T> List<T> atOnce(List<Callable<T>> calls) throws Exception {
        var start = new CountDownLatch(1);
        List<Future<T>> futures = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            calls.forEach(call -> futures.add(threads.submit(() -> {
                start.await();
                return call.call();
            })));
            start.countDown();
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get());
        }
        return results;
    }

    @Test
    void hundredCreatesByTwoTenants_oneTenantHasIt_theOthersGet409() throws Exception {
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String key = i % 2 == 0 ? ACME : RIVAL;
            calls.add(() -> API.post(key, "/v1/domains", "{\"hostname\":\"race.example\"}"));
        }
        List<Answer> answers = atOnce(calls);
        String winner = API.domain("race.example").tenant();
        int won = winner.equals("acme") ? 0 : 1;
        for (int i = 0; i < 100; i++) {
            assertThat(answers.get(i).status()).isEqualTo(i % 2 == won ? 201 : 409);
        }
        assertThat(answers.stream()
                        .filter(answer -> answer.status() == 201)
                        .map(Answer::body)
                        .distinct())
                .hasSize(1);
        assertThat(count("acme")).isEqualTo(won == 0 ? 1 : 0);
        assertThat(count("rival")).isEqualTo(won == 1 ? 1 : 0);
    }

    private static long count(String tenant) {
        return ((Tenants.Result.Tenant) API.whitelist().tenants().find(tenant)).domains();
    }

    @Test
    void patchesAtOnce_eachIsDoneOrSaysThatItIsnt() throws Exception {
        API.post(ADMIN, "/v1/domains", "{\"hostname\":\"busy.example\",\"tenant\":\"racer\"}");
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String body = "{\"policy\":{\"hsts_max_age\":" + (i + 1) + "}}";
            calls.add(() -> API.patch(ADMIN, "/v1/domains/busy.example", body));
        }
        List<Answer> answers = atOnce(calls);
        assertThat(answers).extracting(Answer::status).containsOnly(200, 503);
        long done = answers.stream().filter(answer -> answer.status() == 200).count();
        assertThat(API.domain("busy.example").version()).isEqualTo(1 + done);
        assertThat(answers.stream().filter(answer -> answer.status() == 503))
                .allSatisfy(answer -> assertThat(answer.at("/code")).isEqualTo("busy"));
    }

    @Test
    void changesOfTheSameVersion_oneWins() throws Exception {
        String path = "/v1/domains/versioned.example";
        String etag = API.post(ADMIN, "/v1/domains", "{\"hostname\":\"versioned.example\",\"tenant\":\"racer\"}")
                .header("etag")
                .orElseThrow();
        Map<String, String> headers = Map.of("Content-Type", "application/json", "If-Match", etag);
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String body = "{\"policy\":{\"hsts_max_age\":" + (i + 1) + "}}";
            calls.add(() -> API.send(ADMIN, "PATCH", path, body, headers));
        }
        List<Integer> statuses = atOnce(calls).stream().map(Answer::status).toList();
        assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 412);
    }

    @Test
    void removalsAtOnce_oneRemoves_andOneIsGivenBack() throws Exception {
        String path = "/v1/domains/gone.example";
        API.post(ADMIN, "/v1/domains", "{\"hostname\":\"gone.example\",\"tenant\":\"leaver\"}");
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            calls.add(() -> API.delete(ADMIN, path));
        }
        List<Integer> statuses = atOnce(calls).stream().map(Answer::status).toList();
        assertThat(statuses).containsOnlyOnce(204).containsOnly(204, 404);
        assertThat(count("leaver")).isZero();
    }
}
