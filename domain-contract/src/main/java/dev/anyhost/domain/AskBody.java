package dev.anyhost.domain;

import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The JSON body of an ask's answer: one object with a {@code hostname}, whose members are texts or null, and perhaps a
 * {@code policy}.
 *
 * @param members the members by name; one that is null is absent, one of another kind is the empty text, which nothing
 *     takes for a value
 */
record AskBody(Map<String, String> members, Policy policy) {

    /** Far more than we ever write; a longer body is somebody else's. */
    private static final int MAX_BODY = 16 * 1024;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    Optional<String> get(String member) {
        return Optional.ofNullable(members.get(member));
    }

    /** Whether the body speaks of this hostname. */
    boolean isAbout(Hostname asked) {
        return get("hostname").flatMap(Hostname::parse).filter(asked::equals).isPresent();
    }

    /** Reads a body from untrusted text; empty when it isn't one object with a {@code hostname} member. Total. */
    static Optional<AskBody> read(String text) {
        if (text.length() > MAX_BODY) {
            return Optional.empty();
        }
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            return read(parser);
        } catch (JacksonException notJson) {
            return Optional.empty();
        }
    }

    private static Optional<AskBody> read(JsonParser parser) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return Optional.empty();
        }
        boolean ours = false;
        Policy policy = Policy.DEFAULT;
        var members = new HashMap<String, String>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            ours |= name.equals("hostname");
            JsonToken value = parser.nextToken();
            if (value != JsonToken.VALUE_NULL) {
                members.put(name, value == JsonToken.VALUE_STRING ? parser.getString() : "");
            }
            if (name.equals(PolicyMember.NAME) && value == JsonToken.START_OBJECT) {
                policy = PolicyMember.read(parser);
            } else {
                parser.skipChildren();
            }
        }
        boolean whole = parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
        return ours && whole ? Optional.of(new AskBody(members, policy)) : Optional.empty();
    }

    /** Writes one object with the given members in order; pairs of a name and a text or null. */
    static String write(@Nullable String... pairs) {
        return write(Optional.empty(), pairs);
    }

    /** As {@link #write(String...)}, and a policy at the end. */
    static String write(Optional<Policy> policy, @Nullable String... pairs) {
        var text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            for (int i = 0; i < pairs.length; i += 2) {
                json.writeName(String.valueOf(pairs[i]));
                json.writeString(pairs[i + 1]);
            }
            policy.ifPresent(said -> PolicyMember.write(said, json));
            json.writeEndObject();
        }
        return text.toString();
    }
}
