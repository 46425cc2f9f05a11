package dev.anyhost.proxy.channel;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;

/**
 * Ends our direction of a connection and leaves the other one open, since a close with unread bytes would reset the
 * connection and eat what was said last.
 */
public final class EndOfOutput {

    private EndOfOutput() {}

    /**
     * Ends it at once; what was flushed is sent before. Asks the socket itself where it can: Netty makes an exception with
     * a stack trace for every end of output.
     *
     * @return false when the connection is gone, or has no directions
     */
    public static boolean of(Channel channel) {
        if (!channel.isActive()) {
            return false;
        }
        if (channel instanceof UnixChannel unix && unix.fd() instanceof Socket socket) {
            try {
                socket.shutdown(false, true);
                return true;
            } catch (IOException
                    | NotYetConnectedException gone) { // The latter is Netty's for a reset that we haven't heard of.
                return false;
            }
        }
        if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
            return true;
        }
        return false;
    }
}
