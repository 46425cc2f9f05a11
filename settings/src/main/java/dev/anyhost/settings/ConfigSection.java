package dev.anyhost.settings;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One section of a configuration file. Each getter names a key, which makes it known; a value that isn't as expected is
 * recorded as a mistake, and the getter's fallback or placeholder is returned. An absent or null key is never a mistake
 * unless required.
 */
public final class ConfigSection {

    private final String prefix;
    private final Map<String, YamlNode> entries;
    private final Substitution substitution;
    private final Path base;
    private final List<ConfigError> errors;

    /** The keys asked for, with the sections that stand there. */
    private final Map<String, List<ConfigSection>> known = new LinkedHashMap<>();

    private ConfigSection(
            String prefix,
            Map<String, YamlNode> entries,
            Substitution substitution,
            Path base,
            List<ConfigError> errors) {
        this.prefix = prefix;
        this.entries = entries;
        this.substitution = substitution;
        this.base = base;
        this.errors = errors;
    }

    static ConfigSection root(YamlNode tree, Substitution substitution, Path base, List<ConfigError> errors) {
        var outside = new ConfigSection("", Map.of("", tree), substitution, base, errors);
        return new ConfigSection("", outside.entriesOf(""), substitution, base, errors);
    }

    /** The folder that the file's relative paths start from: its own. */
    public Path base() {
        return base;
    }

    /** A section within this one; empty when the key is absent. */
    public ConfigSection section(String key) {
        var section = new ConfigSection(prefix + key + ".", entriesOf(key), substitution, base, errors);
        known.put(key, List.of(section));
        return section;
    }

    /** A list of sections; empty when the key is absent. */
    public List<ConfigSection> sections(String key) {
        known.put(key, List.of());
        return switch (at(key)) {
            case YamlNode.Nothing() -> List.of();
            case YamlNode.Items(List<YamlNode> items) -> sections(key, items);
            case YamlNode.Entries section -> sections(key, List.of(section));
            case YamlNode.Scalar(String text) -> {
                mistake(key, text, "a list of sections");
                yield List.of();
            }
        };
    }

    private List<ConfigSection> sections(String key, List<YamlNode> items) {
        var list = new ConfigSection(prefix, keyed(key, items), substitution, base, errors);
        List<ConfigSection> sections =
                list.entries.keySet().stream().map(list::section).toList();
        known.put(key, sections);
        return sections;
    }

    private static Map<String, YamlNode> keyed(String key, List<YamlNode> items) {
        Map<String, YamlNode> byIndex = new LinkedHashMap<>();
        for (int i = 0; i < items.size(); i++) {
            byIndex.put(key + "[" + i + "]", items.get(i));
        }
        return byIndex;
    }

    private Map<String, YamlNode> entriesOf(String key) {
        return switch (at(key)) {
            case YamlNode.Entries section -> section.entries();
            case YamlNode.Nothing() -> Map.of();
            case YamlNode.Scalar(String text) -> wrongShape(key, text);
            case YamlNode.Items _ -> wrongShape(key, "a list");
        };
    }

    private Map<String, YamlNode> wrongShape(String key, String value) {
        mistake(key.isEmpty() ? "file" : key, value, "a section of keys and values");
        return Map.of();
    }

    /**
     * Records a mistake that only several values together show.
     *
     * @param key a key of this section
     */
    public void mistake(String key, String value, String expected) {
        errors.add(new ConfigError(prefix + key, value, expected));
    }

    /** A value that may be absent. */
    public <T> Optional<T> optional(String key, String expected, Function<String, Optional<T>> parser) {
        known.put(key, List.of());
        return value(key, at(key), expected, parser);
    }

    /** A value that may be absent and that no error shows. */
    public <T> Optional<T> secret(String key, String expected, Function<String, Optional<T>> parser) {
        int before = errors.size();
        Optional<T> value = optional(key, expected, parser);
        if (errors.size() > before) {
            errors.set(
                    before,
                    new ConfigError(
                            prefix + key, "(not shown)", errors.get(before).expected()));
        }
        return value;
    }

    /** A value with a fallback. */
    public <T> T value(String key, T fallback, String expected, Function<String, Optional<T>> parser) {
        return optional(key, expected, parser).orElse(fallback);
    }

    /** A value that must be there. The placeholder only fills the place of a mistake. */
    public <T> T required(String key, T placeholder, String expected, Function<String, Optional<T>> parser) {
        Optional<T> value = optional(key, expected, parser);
        if (isAbsent(key)) {
            mistake(key, "missing", expected);
        }
        return value.orElse(placeholder);
    }

    /**
     * A list of values; it may be written as one text with commas, so that one environment variable can hold it. An empty
     * list is a value.
     */
    public <T> List<T> list(String key, List<T> fallback, String expected, Function<String, Optional<T>> parser) {
        known.put(key, List.of());
        YamlNode node = at(key);
        return switch (node) {
            case YamlNode.Nothing() -> fallback;
            case YamlNode.Items(List<YamlNode> items) -> items(key, items, expected, parser);
            case YamlNode.Scalar(String text) ->
                parsed(key, text, expected, filled -> ConfigValues.separated(filled, parser))
                        .orElse(List.of());
            case YamlNode.Entries _ ->
                value(key, node, expected, parser).stream().toList();
        };
    }

    /** A list that must have at least one value. */
    public <T> List<T> requiredList(String key, String expected, Function<String, Optional<T>> parser) {
        int before = errors.size();
        List<T> values = list(key, List.of(), expected, parser);
        if (values.isEmpty() && errors.size() == before) {
            mistake(key, isAbsent(key) ? "missing" : "[]", "at least one of: " + expected);
        }
        return values;
    }

    private <T> List<T> items(String key, List<YamlNode> items, String expected, Function<String, Optional<T>> parser) {
        var values = new ArrayList<T>();
        for (int i = 0; i < items.size(); i++) {
            String itemKey = key + "[" + i + "]";
            if (items.get(i) instanceof YamlNode.Nothing) {
                mistake(itemKey, "null", expected);
            }
            value(itemKey, items.get(i), expected, parser).ifPresent(values::add);
        }
        return List.copyOf(values);
    }

    /** What stands at a key. A value that only has variables, all of them empty, is as good as absent: see the README. */
    private YamlNode at(String key) {
        YamlNode node = entries.getOrDefault(key, new YamlNode.Nothing());
        return node instanceof YamlNode.Scalar(String text)
                        && !text.isEmpty()
                        && substitution.fill(text) instanceof Substitution.Outcome.Filled(String filled)
                        && filled.isEmpty()
                ? new YamlNode.Nothing()
                : node;
    }

    private <T> Optional<T> value(String key, YamlNode node, String expected, Function<String, Optional<T>> parser) {
        return switch (node) {
            case YamlNode.Nothing() -> Optional.empty();
            case YamlNode.Scalar(String text) -> parsed(key, text, expected, parser);
            case YamlNode.Items _ -> wrong(key, "a list", expected);
            case YamlNode.Entries _ -> wrong(key, "a section", expected);
        };
    }

    private <T> Optional<T> parsed(String key, String text, String expected, Function<String, Optional<T>> parser) {
        return switch (substitution.fill(text)) {
            case Substitution.Outcome.Failed(String variable) -> wrong(key, text, variable);
            case Substitution.Outcome.Filled(String filled) ->
                parser.apply(filled).or(() -> wrong(key, text.isEmpty() ? "\"\"" : text, expected));
        };
    }

    private <T> Optional<T> wrong(String key, String value, String expected) {
        mistake(key, value, expected);
        return Optional.empty();
    }

    /** Whether there is no value, or null. */
    public boolean isAbsent(String key) {
        return at(key) instanceof YamlNode.Nothing;
    }

    /** Text that isn't blank. */
    public String text(String key, String fallback) {
        return value(key, fallback, "text", ConfigValues::text);
    }

    /** Text that must be there and isn't blank. */
    public String requiredText(String key, String expected) {
        return required(key, "", expected, ConfigValues::text);
    }

    /** {@code true} or {@code false}. */
    public boolean flag(String key, boolean fallback) {
        return value(key, fallback, "true or false", ConfigValues::flag);
    }

    /** A whole number within bounds, both included. */
    public int integer(String key, int fallback, int least, int most) {
        String expected = "a whole number from " + least + " to " + most;
        return value(key, fallback, expected, text -> ConfigValues.integer(text).filter(n -> n >= least && n <= most));
    }

    /** A duration such as {@code 30s} or {@code 5m} within bounds, both included. */
    public Duration duration(String key, Duration fallback, Duration least, Duration most) {
        String expected = "a duration such as 250ms, 30s, 5m, 2h or 1d, from " + ConfigValues.show(least) + " to "
                + ConfigValues.show(most);
        return value(
                key,
                fallback,
                expected,
                text -> ConfigValues.duration(text).filter(d -> d.compareTo(least) >= 0 && d.compareTo(most) <= 0));
    }

    /** A size in bytes such as {@code 16KiB} within bounds, both included. */
    public long size(String key, long fallback, long least, long most) {
        String expected = "a size such as 512B, 16KiB, 4MiB or 1GiB, from " + least + "B to " + most + "B";
        return value(key, fallback, expected, text -> ConfigValues.size(text).filter(n -> n >= least && n <= most));
    }

    /** One of some words. */
    public <T> T choice(String key, T fallback, Map<String, T> choices) {
        String expected =
                "one of " + String.join(", ", choices.keySet().stream().sorted().toList());
        return value(key, fallback, expected, text -> Optional.ofNullable(choices.get(text)));
    }

    /** A path; a relative one starts from the file's folder. Whether anything is there isn't looked at. */
    public Optional<Path> path(String key) {
        return optional(key, "a path", text -> ConfigValues.path(base, text));
    }

    /** An absolute http or https URL. */
    public Optional<URI> url(String key) {
        return optional(key, ConfigValues.URL_EXPECTED, ConfigValues::url);
    }

    /** An IP address and port to listen on, such as {@code 127.0.0.1:9181} or {@code [::]:443}. */
    public InetSocketAddress address(String key, InetSocketAddress fallback) {
        return value(key, fallback, ConfigValues.ADDRESS_EXPECTED, ConfigValues::address);
    }

    void reportUnknownKeys() {
        for (String key : entries.keySet()) {
            if (!known.containsKey(key)) {
                String expected = NearestKey.of(key, known.keySet())
                        .map(nearest -> "did you mean " + prefix + nearest + "?")
                        .orElseGet(() -> "one of " + String.join(", ", known.keySet()));
                mistake(key, "unknown key", expected);
            }
        }
        known.values().forEach(sections -> sections.forEach(ConfigSection::reportUnknownKeys));
    }
}
