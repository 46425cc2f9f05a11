package dev.anyhost.proxy.ops;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Logback's lines of JSON, and {@link LogFields} as it has key-value pairs, but straight to bytes: with a line for each
 * request, its strings of strings were two fifths of all that was allocated. For one thread.
 */
public final class JsonLines extends JsonEncoder {

    private final JsonFactory json =
            JsonFactory.builder().rootValueSeparator((String) null).build();
    private final ByteArrayOutputStream single = new ByteArrayOutputStream();
    private @Nullable OutputStream target;
    private @Nullable JsonGenerator generator;

    @Override
    public byte[] encode(ILoggingEvent event) {
        if (fields(event) == null) {
            return super.encode(event);
        }
        single.reset();
        encode(event, single);
        return single.toByteArray();
    }

    /** Appends the event's line. */
    void encode(ILoggingEvent event, ByteArrayOutputStream to) {
        LogFields fields = fields(event);
        if (fields == null) {
            to.writeBytes(super.encode(event));
            return;
        }
        try {
            write(event, fields, on(to));
        } catch (RuntimeException | Error failed) {
            generator = null; // It is in the midst of a line, which nobody is to see.
            throw failed;
        }
    }

    private static void write(ILoggingEvent event, LogFields fields, JsonGenerator line) {
        line.writeStartObject();
        line.writeNumberProperty("timestamp", event.getTimeStamp());
        line.writeStringProperty("level", event.getLevel().levelStr);
        line.writeStringProperty("threadName", event.getThreadName());
        line.writeStringProperty("loggerName", event.getLoggerName());
        line.writeArrayPropertyStart("kvpList");
        fields.appendTo((name, value) ->
                line.writeStartObject().writeStringProperty(name, value).writeEndObject());
        line.writeEndArray();
        line.writeStringProperty("formattedMessage", event.getFormattedMessage());
        line.writeEndObject();
        line.writeRaw('\n');
        line.flush();
    }

    private static @Nullable LogFields fields(ILoggingEvent event) {
        Object[] arguments = event.getArgumentArray();
        return arguments != null && arguments.length == 1 && arguments[0] instanceof LogFields fields ? fields : null;
    }

    @SuppressWarnings("ReferenceEquality") // The same place, not one like it.
    private JsonGenerator on(OutputStream to) {
        if (generator == null || target != to) {
            target = to;
            generator = json.createGenerator(ObjectWriteContext.empty(), to);
        }
        return generator;
    }
}
