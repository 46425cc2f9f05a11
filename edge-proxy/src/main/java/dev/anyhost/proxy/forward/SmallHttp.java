package dev.anyhost.proxy.forward;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.Map;

/** Something that answers GET and HEAD requests with small responses: the http port, the admin port. */
@FunctionalInterface
public interface SmallHttp {

    /** @return completes on {@code loop}; a failed future becomes 500 */
    Future<Response> answer(Request request, EventExecutor loop);

    /**
     * @param target such as {@code /a?b=c}
     * @param authority the Host field; empty in HTTP/1.0
     */
    record Request(String target, String authority) {

        public String path() {
            int query = target.indexOf('?');
            return query < 0 ? target : target.substring(0, query);
        }
    }

    /** @param headers besides Content-Length and Connection */
    record Response(int status, Map<String, String> headers, String body) {

        public static Response empty(int status) {
            return new Response(status, Map.of("Cache-Control", "no-store"), "");
        }

        public static Response text(int status, String body) {
            return new Response(
                    status, Map.of("Content-Type", "text/plain; charset=utf-8", "Cache-Control", "no-store"), body);
        }
    }
}
