package dev.anyhost.verifier.check;

/** The whitelist couldn't say what is due: the run is void, and whoever scheduled it should hear of it. */
public final class TableUnreachable extends RuntimeException {

    private static final long serialVersionUID = 1;

    public TableUnreachable(String reason) {
        super(reason);
    }
}
