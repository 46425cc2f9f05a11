package dev.anyhost.proxy.ops;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.JsonEscapeUtil;

/** Logback's lines of JSON, with {@link LogFields} written as it writes key-value pairs. */
public final class JsonLines extends JsonEncoder {

    @Override
    protected void appendKeyValuePairs(StringBuilder line, ILoggingEvent event) {
        Object[] arguments = event.getArgumentArray();
        if (arguments == null || arguments.length != 1 || !(arguments[0] instanceof LogFields fields)) {
            super.appendKeyValuePairs(line, event);
            return;
        }
        line.append(",\"kvpList\": [");
        fields.appendTo(new Pairs(line));
        line.append(']');
    }

    /** Writes {@code {"name":"value"}}, with numbers as texts too, since that is how logback writes pairs. */
    private static final class Pairs implements LogFields.Line {

        private final StringBuilder line;
        private boolean more;

        private Pairs(StringBuilder line) {
            this.line = line;
        }

        @Override
        public void add(String name, String value) {
            begin(name);
            line.append(isPlain(value) ? value : JsonEscapeUtil.jsonEscapeString(value)).append("\"}");
        }

        @Override
        public void add(String name, long value) {
            begin(name);
            line.append(value).append("\"}");
        }

        private void begin(String name) {
            line.append(more ? ",{\"" : "{\"").append(name).append("\":\"");
            more = true;
        }

        private static boolean isPlain(String value) {
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                    return false;
                }
            }
            return true;
        }
    }
}
