package dev.anyhost.proxy.forward.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When names are looked up, and what is said meanwhile, on a clock of the test's own. */
class RememberedAddressesTest {

    private static final InetAddress OLD = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress NEW = InetAddress.ofLiteral("192.0.2.2");
    private static final NameAnswer FAILED = new NameAnswer.Failed();

    private final MockTicker ticker = Ticker.newMockTicker();
    private final EmbeddedChannel channel =
            EmbeddedChannel.builder().ticker(ticker).build();
    private final EventLoop loop = channel.eventLoop();
    private final List<Consumer<NameAnswer>> asked = new ArrayList<>();
    private final RememberedAddresses addresses = new RememberedAddresses((host, answer) -> asked.add(answer), ticker);

    @AfterEach
    void finish() {
        channel.finishAndReleaseAll();
    }

    private Future<List<InetAddress>> resolve() {
        return addresses.resolve("app.example", loop);
    }

    /** Answers the look-up under way. */
    private void answer(NameAnswer answer) {
        asked.removeFirst().accept(answer);
        channel.runPendingTasks();
    }

    private static NameAnswer found(InetAddress address, int seconds) {
        return new NameAnswer.Found(List.of(address), Duration.ofSeconds(seconds));
    }

    private void pass(Duration time) {
        ticker.advance(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    void literals_areNotLookedUp() {
        assertThat(addresses.resolve("192.0.2.1", loop).getNow()).containsExactly(OLD);
        assertThat(addresses.resolve("2001:db8::1", loop).getNow()).hasSize(1);
        assertThat(asked).isEmpty();
    }

    @Test
    void manyAtOnce_shareOneLookUp() {
        List<Future<List<InetAddress>>> waiting = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiting.add(resolve());
        }
        assertThat(asked).hasSize(1);
        answer(found(OLD, 60));
        assertThat(waiting).allMatch(future -> List.of(OLD).equals(future.getNow()));
    }

    @Test
    void answer_servesForItsTimeAndIsRenewedInTheBackground() {
        resolve();
        answer(found(OLD, 100));
        pass(seconds(79));
        assertThat(resolve().getNow()).containsExactly(OLD);
        assertThat(asked).isEmpty();

        pass(seconds(2));
        assertThat(resolve().getNow()).containsExactly(OLD);
        assertThat(resolve().getNow()).containsExactly(OLD);
        assertThat(asked).hasSize(1);
        answer(found(NEW, 100));
        assertThat(resolve().getNow()).containsExactly(NEW);
    }

    @Test
    void expiredAnswer_isNotUsedWithoutAsking() {
        resolve();
        answer(found(OLD, 100));
        pass(seconds(101));
        Future<List<InetAddress>> later = resolve();
        assertThat(later.isDone()).isFalse();
        answer(found(NEW, 100));
        assertThat(later.getNow()).containsExactly(NEW);
    }

    @Test
    void timeToLive_isFromOneSecondToFiveMinutes() {
        resolve();
        answer(found(OLD, 0));
        assertThat(resolve().getNow()).containsExactly(OLD);
        pass(seconds(1));
        assertThat(resolve().isDone()).isFalse();
        answer(found(OLD, 86_400));
        pass(seconds(299));
        assertThat(resolve().isDone()).isTrue();
        answer(FAILED);
        pass(seconds(331));
        assertThat(resolve().isDone()).isFalse();
    }

    @Test
    void lastGoodAddresses_serveWhileNobodyCanTell() {
        resolve();
        answer(found(OLD, 60));
        pass(Duration.ofHours(10));
        Future<List<InetAddress>> first = resolve();
        assertThat(first.isDone()).isFalse();
        answer(FAILED);
        assertThat(first.getNow()).containsExactly(OLD);

        pass(Duration.ofMillis(500));
        assertThat(resolve().getNow()).containsExactly(OLD);
        assertThat(asked).as("at most one look-up a second while DNS fails").isEmpty();
        pass(seconds(1));
        assertThat(resolve().getNow())
                .as("nobody waits for a look-up known to fail")
                .containsExactly(OLD);
        answer(found(NEW, 60));
        assertThat(resolve().getNow()).containsExactly(NEW);
    }

    @Test
    void lastGoodAddresses_areForgottenAfterADay() {
        resolve();
        answer(found(OLD, 60));
        pass(Duration.ofHours(25));
        Future<List<InetAddress>> late = resolve();
        answer(FAILED);
        assertThat(late.getNow()).isEmpty();
    }

    @Test
    void silentResolver_keepsNobodyWaiting() {
        resolve();
        answer(found(OLD, 60));
        pass(seconds(61));
        Future<List<InetAddress>> known = resolve();
        Future<List<InetAddress>> unknown = addresses.resolve("other.example", loop);
        pass(seconds(2));
        assertThat(known.getNow()).containsExactly(OLD);
        assertThat(unknown.getNow()).isEmpty();
        assertThat(asked).hasSize(2);
    }

    @Test
    void nameThatIsGone_isGone() {
        resolve();
        answer(found(OLD, 60));
        pass(seconds(61));
        resolve();
        answer(new NameAnswer.Absent());
        assertThat(resolve().getNow()).isEmpty();
        pass(seconds(6));
        Future<List<InetAddress>> again = resolve();
        answer(FAILED);
        assertThat(again.getNow()).isEmpty();
    }

    @Test
    void failure_isRememberedForASecond() {
        resolve();
        answer(FAILED);
        assertThat(resolve().getNow()).isEmpty();
        assertThat(asked).isEmpty();
        pass(seconds(1));
        assertThat(resolve().isDone()).isFalse();
    }
}
