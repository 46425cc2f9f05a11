package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A client, a proxy, and an origin that speaks HTTP/2 without TLS; what client and origin say is the test's. */
final class Http2Relay<C> implements AutoCloseable {

    /** The origin's first stream: Netty's clients leave 1 out, which was for upgrades. */
    static final int FIRST = 3;

    static final int SECOND = 5;

    final Http2Origin origin = Http2Origin.start();
    final ProxyFixture proxy;
    final C client;
    private final Consumer<C> leave;

    private Http2Relay(
            Function<Setup, ProxyFixture> start,
            UnaryOperator<Setup> how,
            Function<ProxyFixture, C> connect,
            Consumer<C> leave) {
        this.leave = leave;
        proxy = start.apply(how.apply(Setup.to(origin.uri()).speaking(OriginProtocol.H2C)));
        client = connect.apply(proxy);
    }

    /** The client speaks HTTP/1.1. */
    static Http2Relay<WireClient> ofHttp1() {
        return ofHttp1(UnaryOperator.identity());
    }

    static Http2Relay<WireClient> ofHttp1(UnaryOperator<Setup> how) {
        return new Http2Relay<>(ProxyFixture::start, how, ProxyFixture::connect, WireClient::close);
    }

    /** The client speaks HTTP/1.1 over TLS. */
    static Http2Relay<WireClient> ofHttp1Tls() {
        return new Http2Relay<>(ProxyFixture::start, Setup::withTls, ProxyFixture::connectTls, WireClient::close);
    }

    /** The client speaks HTTP/2. */
    static Http2Relay<Http2Wire> ofHttp2() {
        return ofHttp2(UnaryOperator.identity());
    }

    static Http2Relay<Http2Wire> ofHttp2(UnaryOperator<Setup> how) {
        return new Http2Relay<>(ProxyFixture::startHttp2, how, ProxyFixture::connectHttp2, Http2Wire::close);
    }

    /** The origin's next connection, with SETTINGS as id and value, and so on. */
    Http2Wire accept(int... settings) {
        return origin.accept(settings);
    }

    /** As {@link #accept}, and what has come there is the first of so many requests' heads. */
    Http2Wire asked(int requests) {
        Http2Wire served = accept();
        for (int i = 0; i < requests; i++) {
            served.awaitHeaders();
        }
        return served;
    }

    @Override
    public void close() {
        leave.accept(client);
        proxy.close();
        origin.close();
    }
}
