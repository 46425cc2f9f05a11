package dev.anyhost.testkit;

import java.util.Optional;

/** A request that reached an {@link HttpGate}, and its answer once there is one. For any number of threads. */
public final class HttpExchange {

    private final RawRequest request;
    private volatile Optional<HttpAnswer> answer = Optional.empty();

    HttpExchange(RawRequest request) {
        this.request = request;
    }

    public RawRequest request() {
        return request;
    }

    /** What the server behind the gate, or the script in its place, answered; empty when it hasn't yet. */
    public Optional<HttpAnswer> answer() {
        return answer;
    }

    /** Whether it was answered with this status code. */
    public boolean answeredWith(int status) {
        return answer.filter(given -> given.is(status)).isPresent();
    }

    void answered(HttpAnswer given) {
        answer = Optional.of(given);
    }

    @Override
    public String toString() {
        return request.requestLine() + " → "
                + answer.map(given -> given.head().lines().findFirst().orElse("")).orElse("nothing");
    }
}
