package dev.anyhost.proxy.forward;

/** Hears how requests end; called on event loops, so it must be quick. */
@FunctionalInterface
public interface RequestLog {

    void finished(RequestRecord request);
}
