package dev.anyhost.proxy.ops;

import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** The log of this process. */
public final class Log {

    private Log() {}

    /** Writes what was logged and not written yet: the last thing before a process ends. Nothing is logged after it. */
    public static void end() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.stop();
        }
    }
}
