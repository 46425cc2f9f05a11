package dev.anyhost.proxy.forward.dns;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.anyhost.proxy.forward.OriginAddresses;
import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Remembers names' addresses for as long as DNS says, from 1 s to 5 min, and looks each name up at most once at a time.
 * A name in use is looked up again in the background from 80 % of that time on. When nobody can tell, the last good
 * addresses serve on for up to a day; when DNS says that the name is gone, it is gone.
 *
 * <p>Any thread may ask. Each name has a lock that is held for a few assignments.
 */
public final class RememberedAddresses implements OriginAddresses {

    private static final int MOST_NAMES = 10_000;
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final Duration LAST_GOOD = Duration.ofDays(1);
    private static final Duration ABSENT = Duration.ofSeconds(5);
    /** How soon a failed look-up is tried again. */
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** How long after a failed look-up the last good addresses are given without waiting for the next one. */
    private static final Duration FAILING = Duration.ofSeconds(30);
    /** Leaves a connection time enough within its own limit. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final NameLookup lookup;
    private final Ticker ticker;
    private final Cache<String, Name> names = Caffeine.newBuilder()
            .maximumSize(MOST_NAMES)
            .executor(Runnable::run)
            .build();

    public RememberedAddresses(NameLookup lookup, Ticker ticker) {
        this.lookup = lookup;
        this.ticker = ticker;
    }

    @Override
    public Future<List<InetAddress>> resolve(String host, EventLoop loop) {
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
        return literal != null
                ? loop.newSucceededFuture(List.of(literal))
                : names.get(host, Name::new).answer(loop);
    }

    /** One name's addresses and who waits for them. */
    private final class Name {

        private final String host;
        private final List<Promise<List<InetAddress>>> waiting = new ArrayList<>();
        private List<InetAddress> addresses = List.of();
        private boolean looking;
        private long refreshNanos;
        private long validUntilNanos;
        private long goodUntilNanos;

        Name(String host) {
            this.host = host;
            refreshNanos = validUntilNanos = goodUntilNanos = ticker.nanoTime();
        }

        Future<List<InetAddress>> answer(EventLoop loop) {
            boolean look;
            Future<List<InetAddress>> answer;
            synchronized (this) {
                long now = ticker.nanoTime();
                look = !looking && now - refreshNanos >= 0;
                looking |= look;
                answer = now - validUntilNanos < 0 ? loop.newSucceededFuture(addresses) : promised(loop);
            }
            if (look) {
                lookup.lookUp(host, this::found);
            }
            return answer;
        }

        private Promise<List<InetAddress>> promised(EventLoop loop) {
            Promise<List<InetAddress>> promise = loop.newPromise();
            waiting.add(promise);
            Future<?> patience =
                    loop.schedule(() -> promise.trySuccess(lastGood()), PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
            promise.addListener(done -> patience.cancel(false));
            return promise;
        }

        private synchronized List<InetAddress> lastGood() {
            return ticker.nanoTime() - goodUntilNanos < 0 ? addresses : List.of();
        }

        private void found(NameAnswer answer) {
            List<InetAddress> result;
            List<Promise<List<InetAddress>>> served;
            synchronized (this) {
                remember(answer, ticker.nanoTime());
                looking = false;
                result = addresses;
                served = List.copyOf(waiting);
                waiting.clear();
            }
            served.forEach(promise -> promise.trySuccess(result));
        }

        private void remember(NameAnswer answer, long now) {
            switch (answer) {
                case NameAnswer.Found(List<InetAddress> found, Duration timeToLive) -> {
                    long valid = bounded(timeToLive).toNanos();
                    addresses = found;
                    refreshNanos = now + valid / 5 * 4;
                    validUntilNanos = now + valid;
                    goodUntilNanos = now + LAST_GOOD.toNanos();
                }
                case NameAnswer.Absent() -> {
                    addresses = List.of();
                    refreshNanos = validUntilNanos = goodUntilNanos = now + ABSENT.toNanos();
                }
                case NameAnswer.Failed() -> {
                    addresses = now - goodUntilNanos < 0 ? addresses : List.of();
                    long serves = now + (addresses.isEmpty() ? RETRY : FAILING).toNanos();
                    refreshNanos = now + RETRY.toNanos();
                    validUntilNanos = validUntilNanos - serves > 0 ? validUntilNanos : serves;
                }
            }
        }

        private static Duration bounded(Duration timeToLive) {
            return timeToLive.compareTo(SHORTEST) < 0
                    ? SHORTEST
                    : timeToLive.compareTo(LONGEST) > 0 ? LONGEST : timeToLive;
        }
    }
}
