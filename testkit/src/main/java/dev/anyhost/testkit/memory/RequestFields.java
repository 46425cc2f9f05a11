package dev.anyhost.testkit.memory;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;

/** What a request may ask for: a feature that isn't there must not pass for one that did nothing. */
final class RequestFields {

    private RequestFields() {}

    static void onlyThese(SdkPojo request, Set<String> supported) {
        for (SdkField<?> field : request.sdkFields()) {
            Object value = field.getValueOrDefault(request);
            boolean absent = value == null
                    || value instanceof SdkAutoConstructList<?>
                    || value instanceof SdkAutoConstructMap<?, ?>;
            if (!absent && !supported.contains(field.memberName())) {
                throw new UnsupportedOperationException(
                        request.getClass().getSimpleName() + "." + field.memberName() + ": " + value);
            }
        }
    }

    static Set<String> and(Set<String> fields, String... more) {
        Set<String> all = new HashSet<>(fields);
        all.addAll(List.of(more));
        return all;
    }

    /** DynamoDB refuses names and values that no expression mentions. */
    static void noneUnused(Set<String> used, Map<String, ?> names, Map<String, ?> values) {
        Set<String> unused = new HashSet<>(names.keySet());
        unused.addAll(values.keySet());
        unused.removeAll(used);
        if (!unused.isEmpty()) {
            throw Failures.invalid(
                    "Value provided in ExpressionAttributeNames or -Values unused in expressions: " + unused);
        }
    }
}
