package dev.anyhost.proxy.channel;

import io.netty.channel.Channel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How many connections are open of each of many; who has none isn't remembered. Any thread may call any method. */
public final class OpenConnections<K> {

    private final int most;
    private final Map<K, Integer> open = new ConcurrentHashMap<>();

    /** @param most of one key, at least 1 */
    public OpenConnections(int most) {
        this.most = most;
    }

    /** Whether there is room for one more of the key's; if so, it counts until it is closed. */
    public boolean hasRoomFor(K key, Channel connection) {
        boolean[] room = new boolean[1];
        open.compute(key, (any, count) -> {
            int before = count == null ? 0 : count;
            room[0] = before < most;
            return room[0] ? before + 1 : count;
        });
        if (room[0]) {
            connection
                    .closeFuture()
                    .addListener(closed -> open.computeIfPresent(key, (any, count) -> count == 1 ? null : count - 1));
        }
        return room[0];
    }
}
