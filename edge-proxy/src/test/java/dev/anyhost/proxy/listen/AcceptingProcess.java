package dev.anyhost.proxy.listen;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * A process of its own with one listener that echoes, for limits that hold for a process. On standard output, among
 * what is logged: its port, then a line for each failure to accept. Ends with its input.
 */
final class AcceptingProcess {

    static final String PORT = "listens on ";
    static final String FAILED = "accepting failed";

    private AcceptingProcess() {}

    public static void main(String[] arguments) throws IOException {
        try (var loops = EventLoops.start()) {
            var listeners = new Listeners(loops, () -> System.out.println(FAILED));
            InetSocketAddress address = listeners.open(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    new ListenerPipeline(List.of(), Echo::new));
            System.out.println(PORT + address.getPort());
            System.in.read();
            listeners.stopAccepting();
            listeners.awaitEmpty(Duration.ZERO);
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush(message);
        }
    }
}
