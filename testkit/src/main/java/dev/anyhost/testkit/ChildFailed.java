package dev.anyhost.testkit;

import java.io.Serial;

/** A child process could not be started, ended early, or did not do in time what was waited for; carries its output. */
public final class ChildFailed extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    ChildFailed(String message) {
        super(message);
    }

    ChildFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
