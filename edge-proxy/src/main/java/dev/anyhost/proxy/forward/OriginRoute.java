package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Policy;

/** What to do with a hostname's requests at this moment. */
public sealed interface OriginRoute {

    /** Send them there, treated as the hostname's owner wants. */
    record To(Origin origin, Policy policy) implements OriginRoute {

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
