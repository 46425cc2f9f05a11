package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.util.List;
import java.util.Map;

/**
 * How busy hostnames are, so that what is done to many begins with those that most people wait for. A measure, not a bill:
 * what an instance counted and didn't note before it ended is lost. Any thread may call any method.
 */
public interface HostTraffic {

    /** Adds handshakes of about the last day: one UpdateItem of one write unit, with no condition. */
    StoreEffect add(Hostname hostname, long handshakes);

    /** How busy hostnames are: one BatchGetItem for every hundred, half a read unit each. */
    TrafficResult find(List<Hostname> hostnames);

    /** What is known of it. */
    sealed interface TrafficResult {

        /**
         * Handshakes a day, on average over about the last month and the recent ones counting most; who isn't in it had none.
         */
        record Known(Map<Hostname, Double> perDay) implements TrafficResult {

            public Known {
                perDay = Map.copyOf(perDay);
            }
        }

        /** The table couldn't be asked. */
        record Unreachable(String reason) implements TrafficResult {}
    }
}
