package dev.anyhost.proxy.forward;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.List;

/** Finds an origin's addresses without blocking an event loop. */
@FunctionalInterface
public interface OriginAddresses {

    /** Completes on the loop; the list is in order of preference, and empty when the name has no address for now. */
    Future<List<InetAddress>> resolve(String host, EventLoop loop);
}
