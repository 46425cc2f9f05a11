package dev.anyhost.verifier.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What people see of domains as the API tells them. */
final class Terminal {

    private static final int TTL = 300;

    private Terminal() {}

    /** Without control characters and marks that turn text around: some of it comes from strangers' DNS. */
    static String plain(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    static String text(JsonNode domain, String pointer) {
        return plain(domain.at(pointer).asString(""));
    }

    /** The hostname as its owner writes it, and as DNS has it where that differs. */
    static String hostname(JsonNode domain) {
        String ascii = text(domain, "/hostname");
        String unicode = text(domain, "/hostname_unicode");
        return unicode.isEmpty() || unicode.equals(ascii) ? ascii : unicode + " (" + ascii + ")";
    }

    static String origin(JsonNode domain) {
        return Optional.of(text(domain, "/origin"))
                .filter(origin -> !origin.isEmpty())
                .orElse("-");
    }

    /** Lines for a zone file; what is to be had instead of the CNAME is commented out. */
    static List<String> zone(JsonNode domain) {
        List<String> lines = new ArrayList<>();
        List<String> alternatives = new ArrayList<>();
        for (JsonNode each : domain.path("dns_records")) {
            if (each.path("alternative").asBoolean(false)) {
                alternatives.add("; " + line(each));
            } else {
                lines.add(line(each));
            }
        }
        if (!alternatives.isEmpty()) {
            lines.add("; at the apex of a zone, where there can't be a CNAME, instead of it:");
            lines.addAll(alternatives);
        }
        return lines;
    }

    private static String line(JsonNode each) {
        String type = text(each, "/type");
        String value = text(each, "/value");
        String written = switch (type) {
            case "TXT" -> '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
            case "CNAME" -> value + ".";
            default -> value;
        };
        return text(each, "/name") + ". " + TTL + " IN " + type + " " + written;
    }

    /** Everything about one domain, a line each. */
    static List<String> details(JsonNode domain) {
        List<String> lines = new ArrayList<>();
        lines.add("hostname:   " + hostname(domain));
        lines.add("tenant:     " + text(domain, "/tenant"));
        lines.add("origin:     " + origin(domain));
        lines.add("status:     " + text(domain, "/status") + " since " + text(domain, "/status_since"));
        lines.add("summary:    " + text(domain, "/summary/state") + ", " + text(domain, "/summary/code"));
        lines.add("            " + text(domain, "/summary/message"));
        lines.add("next check: "
                + Optional.of(text(domain, "/summary/next_check_at"))
                        .filter(time -> !time.isEmpty())
                        .orElse("-"));
        lines.add("policy:     " + plain(domain.path("policy").toString()));
        lines.add("created at: " + text(domain, "/created_at"));
        lines.add("DNS records:");
        lines.addAll(zone(domain));
        if (!domain.path("timeline").isEmpty()) {
            lines.add("checks:");
        }
        for (JsonNode run : domain.path("timeline")) {
            lines.add(text(run, "/first") + " to " + text(run, "/last") + ": " + text(run, "/code") + " ("
                    + text(run, "/count") + ")");
        }
        return lines;
    }
}
