package dev.anyhost.local;

import dev.anyhost.proxy.EdgeProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Proxies of this JVM on one table; what comes to the ports where the authority validates is spread over them. */
final class Fleet implements AutoCloseable {

    private final List<EdgeProxy> proxies;

    private Fleet(List<EdgeProxy> proxies) {
        this.proxies = proxies;
    }

    /** Starts so many, and waits until they are ready. */
    static Fleet start(TestSystem system, int count) throws Exception {
        List<EdgeProxy> started = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            started.add(system.start(system.origin.uri(), 0, 0, Map.of()));
        }
        started.forEach(TestSystem::ready);
        system.balance(started);
        return new Fleet(started);
    }

    /** The https port of one of them, numbered from 0. */
    int port(int proxy) {
        return TestSystem.httpsPort(proxies.get(proxy));
    }

    @Override
    public void close() {
        proxies.forEach(EdgeProxy::close);
    }
}
