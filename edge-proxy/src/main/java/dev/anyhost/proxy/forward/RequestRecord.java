package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * What became of one request.
 *
 * @param method as sent, or {@code -} when the head was unreadable
 * @param path without query, because queries carry secrets; at most 512 characters, visible ASCII
 * @param status as sent to the client; 499 when it left before, 408 also when nothing could be sent any more
 * @param bytesIn body bytes taken from the client, without chunk framing; all bytes after a switch of protocols
 * @param bytesOut body bytes handed to the client's connection
 * @param nanos from the complete head to the response's end
 * @param originNanos from the complete head to the response's head; empty when none came
 */
public record RequestRecord(
        Hostname hostname,
        String method,
        String path,
        int status,
        long bytesIn,
        long bytesOut,
        long nanos,
        Optional<Long> originNanos,
        InetSocketAddress client,
        Optional<RequestError> error) {}
