package dev.anyhost.proxy;

/** The proxy can't start at all: a port is taken, a file is unreadable. The message names what and why. */
public final class StartFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StartFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
