package dev.anyhost.proxy.http1;

/**
 * Why a message can't be accepted.
 *
 * @param status what a client hears: 400, 414, 431, 501 or 505 (RFC 9110 section 15.5)
 * @param reason for the log; free of the message's own text
 */
public record Rejection(int status, String reason) {

    static Rejection bad(String reason) {
        return new Rejection(400, reason);
    }
}
