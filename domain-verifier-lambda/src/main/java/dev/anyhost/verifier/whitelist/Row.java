package dev.anyhost.verifier.whitelist;

import dev.anyhost.domain.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads a row that anyone may have written. Total: an attribute that is amiss gives a substitute and is remembered, so
 * that the reader can look whether all were right at the end.
 */
final class Row {

    private final Map<String, AttributeValue> item;
    private Optional<String> damaged = Optional.empty();

    Row(Map<String, AttributeValue> item) {
        this.item = item;
    }

    static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    static AttributeValue number(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }

    static AttributeValue seconds(Instant value) {
        return number(value.getEpochSecond());
    }

    /** The first attribute that wasn't as it must be. */
    Optional<String> damaged() {
        return damaged;
    }

    private <T> T amiss(String name, T substitute) {
        damaged = damaged.or(() -> Optional.of(name));
        return substitute;
    }

    boolean has(String name) {
        return item.containsKey(name);
    }

    /** A text that must be there and make sense. */
    <T> T text(String name, T substitute, Function<String, Optional<T>> meaning) {
        return string(name).flatMap(meaning).orElseGet(() -> amiss(name, substitute));
    }

    /** A text that may be missing but otherwise must make sense. */
    <T> Optional<T> optional(String name, Function<String, Optional<T>> meaning) {
        if (!has(name)) {
            return Optional.empty();
        }
        Optional<T> value = string(name).flatMap(meaning);
        return value.isPresent() ? value : amiss(name, value);
    }

    long number(String name) {
        return integer(name).orElseGet(() -> amiss(name, 0L));
    }

    int count(String name) {
        return has(name) ? Math.clamp(number(name), 0, Integer.MAX_VALUE) : 0;
    }

    Instant seconds(String name) {
        return Instant.ofEpochSecond(number(name));
    }

    Optional<Instant> optionalSeconds(String name) {
        return has(name) ? Optional.of(seconds(name)) : Optional.empty();
    }

    Optional<Duration> optionalHsts(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        Optional<Duration> age = Optional.of(Duration.ofSeconds(number(name))).filter(Policy::isHsts);
        return age.isPresent() ? age : amiss(name, age);
    }

    Optional<Boolean> optionalFlag(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        Optional<Boolean> value = Optional.ofNullable(item.get(name)).map(AttributeValue::bool);
        return value.isPresent() ? value : amiss(name, value);
    }

    /** The rows within a row; one that is damaged damages this one. */
    <T> List<T> list(String name, Function<Row, T> meaning) {
        if (!has(name)) {
            return List.of();
        }
        AttributeValue value = item.get(name);
        if (value == null || !value.hasL()) {
            return amiss(name, List.of());
        }
        return value.l().stream()
                .map(element -> {
                    Row row = new Row(element.m());
                    T read = meaning.apply(row);
                    row.damaged().ifPresent(inner -> amiss(name + "." + inner, read));
                    return read;
                })
                .toList();
    }

    /** Texts that may be missing altogether. */
    List<String> texts(String name) {
        if (!has(name)) {
            return List.of();
        }
        AttributeValue value = item.get(name);
        if (value == null || !value.hasL()) {
            return amiss(name, List.of());
        }
        List<String> texts = value.l().stream()
                .map(AttributeValue::s)
                .filter(Objects::nonNull)
                .toList();
        return texts.size() == value.l().size() ? texts : amiss(name, List.of());
    }

    private Optional<String> string(String name) {
        return Optional.ofNullable(item.get(name)).map(AttributeValue::s);
    }

    private Optional<Long> integer(String name) {
        return Optional.ofNullable(item.get(name))
                .map(AttributeValue::n)
                .filter(n -> n.matches("-?[0-9]{1,15}"))
                .map(Long::valueOf);
    }
}
