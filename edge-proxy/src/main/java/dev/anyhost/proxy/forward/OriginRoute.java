package dev.anyhost.proxy.forward;

/** What to do with a hostname's requests at this moment. */
public sealed interface OriginRoute {

    /** Send them there. */
    record To(Origin origin) implements OriginRoute {}

    /** The hostname isn't allowed any more: 421, and the connection closes. */
    record NotServed() implements OriginRoute {}

    /** Allowed, but nobody knows where to: 503. The reason is for the log. */
    record Unavailable(String reason) implements OriginRoute {}
}
