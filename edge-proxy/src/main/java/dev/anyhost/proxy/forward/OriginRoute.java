package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Policy;
import java.util.Optional;

/** What to do with a hostname's requests at this moment. */
public sealed interface OriginRoute {

    /**
     * Send them there, treated as the hostname's owner wants.
     *
     * @param tenant the owner; empty when nobody names one
     */
    record To(Origin origin, Policy policy, Optional<String> tenant) implements OriginRoute {

        public To(Origin origin, Policy policy) {
            this(origin, policy, Optional.empty());
        }

        /** Treated as usual. */
        public To(Origin origin) {
            this(origin, Policy.DEFAULT);
        }
    }

    /** The hostname isn't allowed any more: 421, and the connection closes. */
    record NotServed() implements OriginRoute {}

    /** Allowed, but nobody knows where to: 503. The reason is for the log. */
    record Unavailable(String reason) implements OriginRoute {}
}
