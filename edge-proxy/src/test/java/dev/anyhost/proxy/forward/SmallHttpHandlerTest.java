package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.http1.Http1Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SmallHttpHandlerTest {

    private static final String HOST = "Host: shop.example.com\r\n";
    private final List<String> asked = new ArrayList<>();
    private final List<Promise<SmallResponse>> answers = new ArrayList<>();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final MockTicker ticker = Ticker.newMockTicker();
    private final EmbeddedChannel channel = EmbeddedChannel.builder()
            .ticker(ticker)
            .handlers(new SmallHttpHandler(
                    (head, client) -> {
                        asked.add(head.path());
                        Promise<SmallResponse> answer = ImmediateEventExecutor.INSTANCE.newPromise();
                        answers.add(answer);
                        return answer;
                    },
                    Http1Limits.DEFAULT,
                    TimeLimits.DEFAULT,
                    draining::get))
            .build();

    @AfterEach
    void finish() {
        channel.finishAndReleaseAll();
    }

    @Test
    void getAndHead_areAnsweredInOrderOnOneConnection() {
        send("GET /a HTTP/1.1\r\n" + HOST + "\r\nHEAD /b HTTP/1.1\r\n" + HOST + "\r\n");
        assertThat(asked).containsExactly("/a");
        answers.getFirst().setSuccess(new SmallResponse(200, java.util.Map.of("A", "b"), "h\u00e4"));
        assertThat(received()).isEqualTo("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 3\r\n\r\nh\u00c3\u00a4");
        assertThat(asked).containsExactly("/a", "/b");
        answers.getLast().setSuccess(SmallResponse.text(404, "no"));
        assertThat(received()).startsWith("HTTP/1.1 404 Not Found\r\n").endsWith("Content-Length: 2\r\n\r\n");
        assertThat(channel.isActive()).isTrue();
    }

    @Test
    void otherMethodsBodiesAndGarbage_areRefused() {
        send("POST / HTTP/1.1\r\n" + HOST + "\r\n");
        assertThat(received()).startsWith("HTTP/1.1 405 ").contains("Allow: GET, HEAD");
        send("GET / HTTP/1.1\r\n" + HOST + "Content-Length: 1\r\n\r\nx");
        assertThat(received()).startsWith("HTTP/1.1 413 ").contains("Connection: close");
        assertThat(channel.isActive()).isFalse();
        assertThat(asked).isEmpty();
    }

    @Test
    void malformedRequest_is400AndClosed() {
        send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nGET / HTTP/1.1\r\n" + HOST + "\r\n");
        assertThat(received()).startsWith("HTTP/1.1 400 ").contains("Connection: close");
        assertThat(channel.isActive()).isFalse();
        assertThat(asked).isEmpty();
    }

    @Test
    void failedAnswer_is500() {
        send("GET / HTTP/1.1\r\n" + HOST + "\r\n");
        answers.getFirst().setFailure(new IllegalStateException());
        assertThat(received()).startsWith("HTTP/1.1 500 ");
    }

    @Test
    void requestOnItsWayAtTheDrain_isAnswered() {
        channel.pipeline().fireUserEventTriggered(ConnectionEvent.DRAIN);
        send("GET / HTTP/1.1\r\n" + HOST + "\r\n");
        answers.getFirst().setSuccess(SmallResponse.text(200, "x"));
        assertThat(received()).startsWith("HTTP/1.1 200 ").contains("Connection: close");
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void connectionWithoutARequest_isClosedAFewSecondsAfterTheDrain() {
        channel.pipeline().fireUserEventTriggered(ConnectionEvent.DRAIN);
        ticker.advance(5_100, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void drainingAndOldClients_areClosedAfterTheirResponse() {
        send("GET / HTTP/1.1\r\n" + HOST + "\r\n");
        draining.set(true);
        answers.getFirst().setSuccess(SmallResponse.empty(200));
        assertThat(received()).contains("Connection: close");
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void slowHead_is408AndSilenceIsClosed() {
        send("GET / HT");
        ticker.advance(11, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(received()).startsWith("HTTP/1.1 408 ");
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void lateAnswerAfterTheClientLeft_isDropped() {
        send("GET / HTTP/1.1\r\n" + HOST + "\r\n");
        channel.close();
        answers.getFirst().setSuccess(SmallResponse.empty(200));
        assertThat(received()).isEmpty();
    }

    private void send(String bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, ISO_8859_1));
        channel.runPendingTasks();
    }

    private String received() {
        channel.runPendingTasks();
        var all = new StringBuilder();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.append(next.toString(ISO_8859_1));
            next.release();
        }
        return all.toString();
    }
}
