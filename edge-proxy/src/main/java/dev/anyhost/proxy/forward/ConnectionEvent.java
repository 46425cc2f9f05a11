package dev.anyhost.proxy.forward;

/** What the process tells its connections, as a user event through their pipelines. */
public enum ConnectionEvent {
    /** Close at once if no request is under way, else after its response. */
    DRAIN
}
