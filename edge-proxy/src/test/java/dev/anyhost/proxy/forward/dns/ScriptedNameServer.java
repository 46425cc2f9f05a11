package dev.anyhost.proxy.forward.dns;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A name server (UDP) on loopback that answers with records and codes of one's choice. */
final class ScriptedNameServer implements AutoCloseable {

    private final Channel channel;
    final AtomicInteger queries = new AtomicInteger();

    /** Records for the answer section, or a code. */
    record Reply(DnsResponseCode code, List<DnsRecord> records) {

        static Reply of(DnsRecord... records) {
            return new Reply(DnsResponseCode.NOERROR, List.of(records));
        }

        static Reply code(DnsResponseCode code) {
            return new Reply(code, List.of());
        }
    }

    /** @param script no reply means silence */
    ScriptedNameServer(EventLoopGroup loops, Function<DnsQuestion, Optional<Reply>> script) {
        channel = new Bootstrap()
                .group(loops)
                .channel(NioDatagramChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel made) {
                        made.pipeline()
                                .addLast(
                                        new DatagramDnsQueryDecoder(),
                                        new DatagramDnsResponseEncoder(),
                                        new Answers(script));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    static DnsRecord address(String name, int seconds, String literal) {
        byte[] bytes = InetAddress.ofLiteral(literal).getAddress();
        return new DefaultDnsRawRecord(
                name, bytes.length == 4 ? DnsRecordType.A : DnsRecordType.AAAA, seconds, Unpooled.wrappedBuffer(bytes));
    }

    static DnsRecord alias(String name, int seconds, String target) {
        var content = Unpooled.buffer();
        for (String label : target.split("\\.", -1)) {
            content.writeByte(label.length());
            content.writeCharSequence(label, StandardCharsets.US_ASCII);
        }
        return new DefaultDnsRawRecord(name, DnsRecordType.CNAME, seconds, content.writeByte(0));
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
    }

    private final class Answers extends SimpleChannelInboundHandler<DatagramDnsQuery> {

        private final Function<DnsQuestion, Optional<Reply>> script;

        Answers(Function<DnsQuestion, Optional<Reply>> script) {
            this.script = script;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery query) {
            queries.incrementAndGet();
            DnsQuestion question = query.recordAt(DnsSection.QUESTION);
            script.apply(question).ifPresent(reply -> {
                var response = new DatagramDnsResponse(
                        /* sender= */ query.recipient(), /* recipient= */ query.sender(), query.id());
                response.setCode(reply.code());
                response.addRecord(DnsSection.QUESTION, question);
                reply.records().forEach(item -> response.addRecord(DnsSection.ANSWER, item));
                ctx.writeAndFlush(response);
            });
        }
    }
}
