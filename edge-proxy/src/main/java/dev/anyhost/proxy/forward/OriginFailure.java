package dev.anyhost.proxy.forward;

/** Why an origin could not be reached; the message is the log's word for it. */
final class OriginFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;

    OriginFailure(int status, String word) {
        super(word, null, false, false);
        this.status = status;
    }

    /** What the visitor hears: 502 or 504. */
    int status() {
        return status;
    }
}
