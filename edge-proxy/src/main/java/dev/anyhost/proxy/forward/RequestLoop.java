package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.FieldName;
import dev.anyhost.proxy.http1.Fields;

/**
 * Requests that go round (RFC 8586): a tenant's origin may be a hostname of ours, or of somebody who forwards to one, by the
 * load balancer's address, which isn't a process's own. Each passage leaves its name in CDN-Loop; a request that has passed
 * more often than any honest chain of proxies needs ends.
 */
final class RequestLoop {

    /** Our name in the list: all deployments have the same, and one may well be the origin of another. */
    static final String ID = "anyhost";

    private static final int MOST_PASSAGES = 3;

    private RequestLoop() {}

    static boolean isClosed(Fields fields) {
        if (fields.count(FieldName.CDN_LOOP) == 0) {
            return false;
        }
        int passages = 0;
        for (int i = 0; i < fields.size(); i++) {
            if (fields.name(i) == FieldName.CDN_LOOP) {
                passages += passages(fields.valueText(i));
            }
        }
        return passages >= MOST_PASSAGES;
    }

    private static int passages(String list) {
        int passages = 0;
        for (String element : list.split(",", -1)) {
            String id = element.split(";", -1)[0].strip();
            passages += id.equalsIgnoreCase(ID) ? 1 : 0;
        }
        return passages;
    }
}
