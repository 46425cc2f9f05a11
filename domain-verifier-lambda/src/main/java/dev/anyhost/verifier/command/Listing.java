package dev.anyhost.verifier.command;

import java.io.PrintWriter;
import java.util.List;

/** How domains are printed, one after another, so that any number of them takes the same memory. */
sealed interface Listing {

    void start();

    /**
     * One of them.
     *
     * @param json the whole domain as JSON
     * @param columns what a table shows of it
     */
    void print(String json, List<String> columns);

    void end();

    /** Columns with tabs between them, for scripts. */
    record Tabs(PrintWriter out) implements Listing {
        @Override
        public void start() {}

        @Override
        public void print(String json, List<String> columns) {
            out.println(String.join("\t", columns));
        }

        @Override
        public void end() {}
    }

    /** Columns below each other, for people. A longer text than any before moves what follows it. */
    final class Table implements Listing {
        private final PrintWriter out;
        private final List<String> titles;
        private final int[] widths;

        Table(PrintWriter out, List<String> titles, int... widths) {
            this.out = out;
            this.titles = titles;
            this.widths = widths;
        }

        @Override
        public void start() {
            print("", titles);
        }

        @Override
        public void print(String json, List<String> columns) {
            var line = new StringBuilder();
            for (int i = 0; i < columns.size(); i++) {
                String column = columns.get(i);
                line.append(column);
                if (i < columns.size() - 1) {
                    widths[i] = Math.max(widths[i], column.length());
                    line.repeat(' ', widths[i] - column.length() + 2);
                }
            }
            out.println(line);
        }

        @Override
        public void end() {}
    }

    /** One JSON array. */
    final class Json implements Listing {
        private final PrintWriter out;
        private String separator = "\n";

        Json(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void start() {
            out.print("[");
        }

        @Override
        public void print(String json, List<String> columns) {
            out.print(separator + json);
            separator = ",\n";
        }

        @Override
        public void end() {
            out.println("]");
        }
    }
}
