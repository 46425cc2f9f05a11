package dev.anyhost.testkit.memory;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What DynamoDB does with attribute values. They are brought to one form on their way in: numbers without leading or
 * trailing zeros, sets sorted, so that equal values are {@code equals}.
 */
final class Values {

    private static final Set<AttributeValue.Type> ORDERED =
            Set.of(AttributeValue.Type.S, AttributeValue.Type.N, AttributeValue.Type.B);

    private Values() {}

    static Map<String, AttributeValue> canonical(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> result = HashMap.newHashMap(item.size());
        item.forEach((name, value) -> result.put(name, canonical(value)));
        return Collections.unmodifiableMap(result);
    }

    static AttributeValue canonical(AttributeValue value) {
        return switch (value.type()) {
            case S, B, BOOL, NUL -> value;
            case N -> AttributeValue.fromN(number(value.n()));
            case M -> AttributeValue.fromM(canonical(value.m()));
            case L ->
                AttributeValue.fromL(value.l().stream().map(Values::canonical).toList());
            case SS -> AttributeValue.fromSs(distinct(value.ss(), Comparator.<String>naturalOrder()));
            case NS ->
                AttributeValue.fromNs(distinct(
                        value.ns().stream().map(Values::number).toList(), Comparator.comparing(BigDecimal::new)));
            case BS -> AttributeValue.fromBs(distinct(value.bs(), Values::compareBytes));
            case UNKNOWN_TO_SDK_VERSION ->
                throw Failures.invalid(
                        "Supplied AttributeValue is empty, must contain exactly one of the supported" + " datatypes");
        };
    }

    private static <T> List<T> distinct(Collection<T> members, Comparator<T> order) {
        TreeSet<T> sorted = new TreeSet<>(order);
        sorted.addAll(members);
        if (sorted.isEmpty()) {
            throw Failures.invalid("One or more parameter values were invalid: An set may not be empty");
        }
        if (sorted.size() != members.size()) {
            throw Failures.invalid("One or more parameter values were invalid: Input collection contains duplicates.");
        }
        return List.copyOf(sorted);
    }

    private static String number(String text) {
        try {
            BigDecimal number = new BigDecimal(text);
            return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
        } catch (NumberFormatException e) {
            throw Failures.invalid("The parameter cannot be converted to a numeric value: " + text);
        }
    }

    /** Whether {@link #compare} says something: both are texts, numbers or bytes. */
    static boolean areComparable(AttributeValue one, AttributeValue other) {
        return one.type() == other.type() && ORDERED.contains(one.type());
    }

    static int compare(AttributeValue one, AttributeValue other) {
        if (!areComparable(one, other)) {
            throw new IllegalArgumentException("compared: " + one.type() + " with " + other.type());
        }
        return switch (one.type()) {
            case S ->
                Arrays.compareUnsigned(
                        one.s().getBytes(StandardCharsets.UTF_8), other.s().getBytes(StandardCharsets.UTF_8));
            case N -> compareNumbers(one.n(), other.n());
            default -> compareBytes(one.b(), other.b());
        };
    }

    private static int compareNumbers(String one, String other) {
        return one.equals(other) ? 0 : new BigDecimal(one).compareTo(new BigDecimal(other));
    }

    private static int compareBytes(SdkBytes one, SdkBytes other) {
        return Arrays.compareUnsigned(one.asByteArrayUnsafe(), other.asByteArrayUnsafe());
    }

    static AttributeValue sum(AttributeValue one, AttributeValue other, boolean minus) {
        if (one.n() == null || other.n() == null) {
            throw Failures.invalid("An operand in the update expression has an incorrect data type");
        }
        BigDecimal right = new BigDecimal(other.n());
        return canonical(AttributeValue.fromN(
                new BigDecimal(one.n()).add(minus ? right.negate() : right).toPlainString()));
    }

    static boolean startsWith(AttributeValue value, AttributeValue prefix) {
        return value.s() != null && prefix.s() != null && value.s().startsWith(prefix.s());
    }

    static boolean contains(AttributeValue whole, AttributeValue part) {
        return switch (whole.type()) {
            case S -> part.s() != null && whole.s().contains(part.s());
            case SS -> part.s() != null && whole.ss().contains(part.s());
            case NS -> part.n() != null && whole.ns().contains(part.n());
            case L -> whole.l().contains(part);
            default -> false;
        };
    }

    /** About the size that DynamoDB reckons with. */
    static long bytes(Map<String, AttributeValue> item) {
        long sum = 0;
        for (Map.Entry<String, AttributeValue> attribute : item.entrySet()) {
            sum += attribute.getKey().length() + bytes(attribute.getValue());
        }
        return sum;
    }

    private static long bytes(AttributeValue value) {
        return switch (value.type()) {
            case S -> value.s().length();
            case B -> value.b().asByteArrayUnsafe().length;
            case N -> value.n().length() / 2 + 1;
            case M -> 3 + bytes(value.m());
            case L -> 3 + value.l().stream().mapToLong(Values::bytes).sum();
            case SS -> value.ss().stream().mapToLong(String::length).sum();
            case NS -> value.ns().stream().mapToLong(String::length).sum();
            case BS ->
                value.bs().stream().mapToLong(b -> b.asByteArrayUnsafe().length).sum();
            case BOOL, NUL, UNKNOWN_TO_SDK_VERSION -> 1;
        };
    }
}
