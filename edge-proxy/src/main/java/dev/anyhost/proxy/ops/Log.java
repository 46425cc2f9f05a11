package dev.anyhost.proxy.ops;

import ch.qos.logback.classic.LoggerContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of this process. */
public final class Log {

    private Log() {}

    /** How many events were lost since the start, for want of room in memory or on disk. Any thread may ask. */
    public static long lost() {
        long lost = 0;
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            var appenders = context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
            while (appenders.hasNext()) {
                if (appenders.next() instanceof BatchAppender batches) {
                    lost += batches.lost();
                }
            }
        }
        return lost;
    }

    /** Writes what was logged and not written yet: the last thing before a process ends. Nothing is logged after it. */
    public static void end() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.stop();
        }
    }
}
