package dev.anyhost.proxy.ops;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
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
        encoder.start();
        return new String(encoder.encode(event), UTF_8);
    }

    private static final LogFields FIELDS = line -> {
        line.add("hostname", "shop.example");
        line.add("path", ODD);
        line.add("status", 200);
        line.add("error", "");
    };

    @Test
    void fields_areWrittenAsLogbackWritesPairs() {
        LoggingEvent pairs = event();
        pairs.addKeyValuePair(new KeyValuePair("hostname", "shop.example"));
        pairs.addKeyValuePair(new KeyValuePair("path", ODD));
        pairs.addKeyValuePair(new KeyValuePair("status", 200));
        pairs.addKeyValuePair(new KeyValuePair("error", ""));

        assertThat(encoded(new JsonLines(), event(FIELDS)))
                .isEqualTo(encoded(new JsonEncoder(), pairs))
                .endsWith("}\n");
    }

    @Test
    void whateverCharacters_areOneLineThatReadsBack() {
        String line = encoded(new JsonLines(), event(FIELDS));

        assertThat(line.lines()).hasSize(1);
        JsonNode read = new ObjectMapper().readTree(line);
        assertThat(read.get("kvpList").get(1).get("path").asString()).isEqualTo(ODD);
    }

    @Test
    void otherEvents_areLogbacks() {
        LoggingEvent pair = event("an argument");
        pair.addKeyValuePair(new KeyValuePair("reason", "x"));
        assertThat(encoded(new JsonLines(), pair)).isEqualTo(encoded(new JsonEncoder(), pair));
    }
}
