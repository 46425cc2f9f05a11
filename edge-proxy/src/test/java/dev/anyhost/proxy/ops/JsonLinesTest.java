package dev.anyhost.proxy.ops;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class JsonLinesTest {

    private static final String ODD = "/\"a\\b\n\u0001é\u2028";

    private final LoggerContext context = new LoggerContext();

    private LoggingEvent event(Object... arguments) {
        context.setMDCAdapter(new LogbackMDCAdapter());
        var event = new LoggingEvent("here", context.getLogger("test"), Level.INFO, "request", null, arguments);
        event.setInstant(Instant.EPOCH);
        event.setThreadName("loop");
        return event;
    }

    private String encoded(JsonEncoder encoder, LoggingEvent event) {
        encoder.setContext(context);
        encoder.setWithArguments(false);
        encoder.setWithSequenceNumber(false);
        encoder.setWithMessage(false);
        encoder.setWithFormattedMessage(true);
        encoder.start();
        return new String(encoder.encode(event), UTF_8);
    }

    private static final LogFields FIELDS = line -> {
        line.add("hostname", "shop.example");
        line.add("path", ODD);
        line.add("status", 200);
        line.add("error", "");
    };

    private static LoggingEvent withPairs(LoggingEvent event) {
        event.addKeyValuePair(new KeyValuePair("hostname", "shop.example"));
        event.addKeyValuePair(new KeyValuePair("path", ODD));
        event.addKeyValuePair(new KeyValuePair("status", 200));
        event.addKeyValuePair(new KeyValuePair("error", ""));
        return event;
    }

    @Test
    void fields_readAsLogbacksPairsDo() {
        JsonNode logbacks = read(encoded(new JsonEncoder(), withPairs(event())));
        JsonNode ours = read(encoded(new JsonLines(), event(FIELDS)));

        assertThat(ours.propertyNames())
                .containsExactly("timestamp", "level", "threadName", "loggerName", "kvpList", "formattedMessage");
        ours.properties().forEach(each -> assertThat(each.getValue()).isEqualTo(logbacks.get(each.getKey())));
        assertThat(ours.get("kvpList").get(1).get("path").asString()).isEqualTo(ODD);
    }

    private static JsonNode read(String line) {
        return new ObjectMapper().readTree(line);
    }

    @Test
    void lines_areOneForEachEventWhateverItsCharacters() {
        var lines = new JsonLines();
        String once = encoded(lines, event(FIELDS));
        var all = new ByteArrayOutputStream();
        lines.encode(event(FIELDS), all);
        lines.encode(withPairs(event()), all);
        lines.encode(event(FIELDS), all);

        assertThat(once).isEqualTo(encoded(lines, event(FIELDS))).endsWith("}\n");
        assertThat(all.toString(UTF_8)).isEqualTo(once + encoded(lines, withPairs(event())) + once);
        assertThat(all.toString(UTF_8).lines()).hasSize(3);
    }

    @Test
    void otherEvents_areLogbacks() {
        LoggingEvent event = event("an argument");
        assertThat(encoded(new JsonLines(), withPairs(event))).isEqualTo(encoded(new JsonEncoder(), event));
    }
}
