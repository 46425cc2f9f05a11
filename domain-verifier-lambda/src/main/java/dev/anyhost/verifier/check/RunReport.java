package dev.anyhost.verifier.check;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a scheduled run came to.
 *
 * @param certificateEvents how many were taken over from the proxies
 * @param outboxes hostnames whose events were due
 * @param later those among them with events that are left for later
 */
public record RunReport(CheckReport checks, int certificateEvents, int outboxes, int later) {

    /** For Lambda's log. */
    public Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>(checks.members());
        members.put("certificate_events", certificateEvents);
        members.put("outboxes", outboxes);
        members.put("outboxes_later", later);
        return members;
    }
}
