package dev.anyhost.proxy.forward;

/** What the process tells its connections, as a user event through their pipelines. */
public enum ConnectionEvent {
    /** Close if no request is under way, else after it. */
    DRAIN
}
