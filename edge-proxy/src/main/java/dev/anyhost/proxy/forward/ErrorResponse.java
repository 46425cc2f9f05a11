package dev.anyhost.proxy.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** The responses that are our own: short, without internals, and always a connection's last. */
final class ErrorResponse {

    private ErrorResponse() {}

    static ByteBuf of(int status, boolean withBody, ByteBufAllocator alloc) {
        String reason = reason(status);
        String body = status + " " + reason + "\n";
        String response = "HTTP/1.1 " + status + " " + reason + "\r\n"
                + "Content-Type: text/plain; charset=utf-8\r\n"
                + "Cache-Control: no-store\r\n"
                + "Content-Length: " + body.length() + "\r\n"
                + "Connection: close\r\n\r\n"
                + (withBody ? body : "");
        ByteBuf out = alloc.buffer(response.length());
        out.writeCharSequence(response, StandardCharsets.US_ASCII);
        return out;
    }

    static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 308 -> "Permanent Redirect";
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 414 -> "URI Too Long";
            case 421 -> "Misdirected Request";
            case 431 -> "Request Header Fields Too Large";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            default -> "Error";
        };
    }
}
