package dev.anyhost.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.ConnectionEvent;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionAgeTest {

    private final MockTicker ticker = Ticker.newMockTicker();
    private final List<Object> events = new ArrayList<>();
    private EmbeddedChannel channel = new EmbeddedChannel();

    private void connect(double random) {
        var pipeline = new ListenerPipeline(
                List.of(),
                () -> new ChannelInboundHandlerAdapter() {
                    @Override
                    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                        events.add(event);
                    }
                },
                new ConnectionGate(ConnectionGate.Rules.NONE, nothing -> {}, ticker::nanoTime),
                Optional.of(new ConnectionAge(Duration.ofMinutes(60), () -> random)));
        channel = EmbeddedChannel.builder().ticker(ticker).handlers(pipeline).build();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void pass(int minutes) {
        ticker.advance(minutes, TimeUnit.MINUTES);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    @ParameterizedTest
    @CsvSource({"0.0, 30", "0.5, 45", "0.9999, 60"})
    void oldConnection_isToldToGoOnceInTheSecondHalfOfItsAge(double random, int minutes) {
        connect(random);
        pass(minutes - 1);
        assertThat(events).isEmpty();
        pass(1);
        pass(600);
        assertThat(events).containsExactly(ConnectionEvent.DRAIN);
    }

    @Test
    void closedConnection_leavesNoTimer() {
        connect(0.5);
        channel.close();
        pass(60);
        assertThat(events).isEmpty();
        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
    }
}
