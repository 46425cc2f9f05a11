package dev.anyhost.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A small table of text, in Markdown, with its columns aligned. */
final class Table {

    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        rows.add(List.of(headings));
    }

    /** @throws IllegalArgumentException unless there is one cell for each heading */
    Table row(String... cells) {
        if (cells.length != rows.getFirst().size()) {
            throw new IllegalArgumentException(
                    "cells: " + cells.length + " (expected: " + rows.getFirst().size() + ")");
        }
        rows.add(List.of(cells));
        return this;
    }

    /** Both medians, and the median of the rounds' ratios, in a table of five columns. */
    Table comparison(String what, Samples ours, Samples others, String goal) {
        return row(
                what,
                number(ours.median()),
                number(others.median()),
                number(ours.over(others).median()),
                goal);
    }

    /** With three significant digits or so: what is measured here is no more exact. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        int decimals = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < rows.size(); row++) {
            text.append(line(rows.get(row)));
            if (row == 0) {
                text.append('|');
                for (int column = 0; column < rows.getFirst().size(); column++) {
                    text.append("-".repeat(width(column) + 2)).append('|');
                }
                text.append('\n');
            }
        }
        return text.toString();
    }

    private String line(List<String> cells) {
        StringBuilder line = new StringBuilder("|");
        for (int column = 0; column < cells.size(); column++) {
            String cell = cells.get(column);
            line.append(' ')
                    .append(cell)
                    .repeat(' ', width(column) - cell.length())
                    .append(" |");
        }
        return line.append('\n').toString();
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
