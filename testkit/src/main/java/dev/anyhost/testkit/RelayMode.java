package dev.anyhost.testkit;

/** What a {@link FaultRelay} does with bytes. */
enum RelayMode {
    FORWARD,
    BLACK_HOLE,
    RESET
}
