package dev.anyhost.proxy;

/** What the commands' exit codes mean. */
final class ExitCode {

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_INPUT = 2;

    private ExitCode() {}
}
