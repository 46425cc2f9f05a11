package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.concurrent.Handoff;
import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;

/**
 * Asks the system's resolver, which knows the hosts file and search domains and remembers answers for as long as the
 * JDK's {@code networkaddress.cache.ttl} says.
 */
public final class SystemAddresses implements OriginAddresses {

    private final Handoff handoff;
    private final Duration deadline;

    /** @param deadline after which a look-up counts as failed */
    public SystemAddresses(Handoff handoff, Duration deadline) {
        this.handoff = handoff;
        this.deadline = deadline;
    }

    @Override
    public Future<List<InetAddress>> resolve(String host, EventLoop loop) {
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
        return literal != null
                ? loop.newSucceededFuture(List.of(literal))
                : handoff.run(loop, () -> lookUp(host), deadline, List::of, List::of);
    }

    private static List<InetAddress> lookUp(String host) {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException unresolved) {
            return List.of();
        }
    }
}
