package dev.anyhost.proxy.ops;

/**
 * An event's fields, given as its one argument. For what is logged with every request: key-value pairs take a list, and an
 * object for each.
 */
public interface LogFields {

    /** Tells each field, in order. On the log's thread, so what it reads must not change any more. */
    void appendTo(Line line);

    /** Where fields go. */
    @FunctionalInterface
    interface Line {

        /** A text of any characters. */
        void add(String name, String value);

        /** A number; a text in the log, as all values there are. */
        default void add(String name, long value) {
            add(name, Long.toString(value));
        }
    }
}
