package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.RequestParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the head of a browser's request costs: read strictly, and written anew for the origin. */
@State(Scope.Thread)
public class HeaderRewrite {

    private static final String BROWSERS = """
            GET /catalogue/shoes?size=42 HTTP/1.1
            Host: shop.customer.example.com
            User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8
            Accept-Encoding: gzip, deflate, br, zstd
            Accept-Language: en-GB,en;q=0.9,de;q=0.8
            Cookie: session=0123456789abcdef0123456789abcdef; basket=7
            Referer: https://shop.customer.example.com/catalogue
            Sec-Fetch-Dest: document
            Sec-Fetch-Mode: navigate
            Sec-Fetch-Site: same-origin
            Upgrade-Insecure-Requests: 1
            Connection: keep-alive

            """.replace("\n", "\r\n");

    private final ByteBuf bytes = Unpooled.directBuffer();
    private final RequestParser parser = new RequestParser(Http1Limits.DEFAULT);
    private final ForwardedHeaders headers = new ForwardedHeaders(
            ForwardSettings.https(443),
            Hostname.parse("shop.customer.example.com").orElseThrow(),
            InetAddress.ofLiteral("192.0.2.1"));
    private final OriginRoute.To to = new OriginRoute.To(Origin.of(URI.create("http://app.internal.example"), true));
    private RequestHead head = parsed();

    @Setup
    public void read() {
        head = parsed();
    }

    private RequestHead parsed() {
        bytes.clear().writeCharSequence(BROWSERS, StandardCharsets.US_ASCII);
        return switch (parser.parse(bytes)) {
            case Parsed.Head<RequestHead>(RequestHead complete) -> complete;
            case Parsed<RequestHead> other -> throw new IllegalStateException("not a head: " + other);
        };
    }

    @Benchmark
    public Parsed<RequestHead> parse() {
        bytes.readerIndex(0);
        return parser.parse(bytes);
    }

    @Benchmark
    public int rewrite() {
        ByteBuf out = headers.rewrite(head, to, PooledByteBufAllocator.DEFAULT);
        int length = out.readableBytes();
        out.release();
        return length;
    }
}
