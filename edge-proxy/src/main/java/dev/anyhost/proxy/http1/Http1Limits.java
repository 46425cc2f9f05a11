package dev.anyhost.proxy.http1;

/**
 * How much a peer may send before it has said anything useful, in bytes unless said otherwise.
 *
 * @param head start line and all header fields with their line ends; at most 65,535
 * @param target the request-target; longer ones are 414
 * @param fields number of header or trailer fields
 * @param chunkLine one chunk-size line with its extensions
 * @param chunkExtensions all chunk extensions of one body, because a byte of data may carry a line of them
 * @param trailers all trailer fields of one body
 */
public record Http1Limits(int head, int target, int fields, int chunkLine, int chunkExtensions, int trailers) {

    /** For requests, and for responses to small clients. */
    public static final Http1Limits DEFAULT = new Http1Limits(16_384, 8_192, 100, 256, 16_384, 8_192);
}
