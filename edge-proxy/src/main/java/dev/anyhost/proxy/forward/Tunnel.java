package dev.anyhost.proxy.forward;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.function.Function;

/**
 * Two ends joined into one after a switch of protocols: bytes go both ways, each way with the other end's backpressure.
 * When one has said all, the other may still go on, where both can have that. On one event loop.
 */
final class Tunnel {

    private final TimeLimits times;
    private final Tally tally;
    private final Deadline deadline;
    private final TunnelEnd client;
    private final TunnelEnd origin;
    private boolean clientEnded;
    private boolean originEnded;
    private boolean over;

    /** Each end is made for the side that it is at. */
    Tunnel(
            EventExecutor loop,
            TimeLimits times,
            Tally tally,
            Function<Side, TunnelEnd> client,
            Function<Side, TunnelEnd> origin) {
        this.times = times;
        this.tally = tally;
        this.deadline = new Deadline(loop, this::expired);
        this.client = client.apply(new Side(true));
        this.origin = origin.apply(new Side(false));
    }

    void open() {
        deadline.in(times.idle());
        client.open();
        origin.open();
        client.flush();
        origin.flush();
        client.resume();
        origin.resume();
    }

    private void expired() {
        end();
        client.abort();
        origin.abort();
    }

    private void end() {
        over = true;
        deadline.cancel();
        tally.finish();
    }

    /** What one end says of itself. */
    final class Side {

        private final boolean clients;

        private Side(boolean clients) {
            this.clients = clients;
        }

        private TunnelEnd other() {
            return clients ? origin : client;
        }

        /** Whether to go on with what comes; when it is again, {@link TunnelEnd#resume} is called. */
        boolean takesMore() {
            return !over && other().isWritable();
        }

        /** How long the peer may take for what was said last. */
        Duration linger() {
            return times.linger();
        }

        /** How long a tunnel may be without a byte. */
        Duration idle() {
            return times.idle();
        }

        /** The tunnel's to release. */
        void arrived(ByteBuf data) {
            if (over) {
                data.release();
                return;
            }
            if (clients) {
                tally.in(data.readableBytes());
            } else {
                tally.out(data.readableBytes());
            }
            deadline.in(times.idle());
            other().write(data);
        }

        /** No more has come for now. */
        void paused() {
            if (!over) {
                other().flush();
            }
        }

        /** This end takes more again. */
        void writable() {
            if (!over) {
                deadline.in(times.idle());
                other().resume();
            }
        }

        /** This end has said all. */
        void ended() {
            if (over || (clients ? clientEnded : originEnded)) {
                return;
            }
            clientEnded |= clients;
            originEnded |= !clients;
            other().finish();
            if (clientEnded && originEnded && !over) {
                end();
                client.close();
                origin.close();
            }
        }

        /**
         * This end is no more.
         *
         * @param clean whether what it said is all that it had to say
         */
        void gone(boolean clean) {
            if (over) {
                return;
            }
            end();
            if (clean) {
                other().close();
            } else {
                other().abort();
            }
        }
    }
}
