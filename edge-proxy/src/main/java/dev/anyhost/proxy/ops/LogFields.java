package dev.anyhost.proxy.ops;

/**
 * An event's fields, given as its one argument. For what is logged with every request: key-value pairs take a list, an
 * object for each and one for each number.
 */
public interface LogFields {

    /** Tells each field, in order. On the log's thread, so what it reads must not change any more. */
    void appendTo(Line line);

    /** Where fields go. */
    interface Line {

        /** A text of any characters. */
        void add(String name, String value);

        /** A number. */
        void add(String name, long value);
    }
}
