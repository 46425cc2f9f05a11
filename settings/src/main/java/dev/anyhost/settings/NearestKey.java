package dev.anyhost.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The known key that was probably meant, by Levenshtein distance. */
final class NearestKey {

    private NearestKey() {}

    /** Empty when none is near: more than a third of the key would have to change. */
    static Optional<String> of(String key, Collection<String> known) {
        int bound = Math.max(2, key.length() / 3);
        return known.stream()
                .filter(candidate -> distance(key, candidate) <= bound)
                .min(Comparator.comparingInt(candidate -> distance(key, candidate)));
    }

    static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
