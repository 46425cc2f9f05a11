package dev.anyhost.verifier.command;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.command.DomainsClient.Reply;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine.ExitCode;
import tools.jackson.databind.JsonNode;

/** {@code add --wait}: until the hostname is served, with a line whenever something new is known. */
final class ServedWait {

    private static final Duration PAUSE = Duration.ofSeconds(3);

    private final DomainsClient api;
    private final Waiting waiting;
    private final Duration limit;
    private final PrintWriter progress;

    ServedWait(DomainsClient api, Waiting waiting, Duration limit, PrintWriter progress) {
        this.api = api;
        this.waiting = waiting;
        this.limit = limit;
        this.progress = progress;
    }

    /** How it ended. */
    record End(int exitCode, JsonNode domain) {}

    /** @param domain as it is now */
    End await(Hostname hostname, JsonNode domain) throws InterruptedException {
        Instant end = waiting.clock().instant().plus(limit);
        JsonNode last = domain;
        String said = "";
        while (true) {
            String state = Terminal.text(last, "/summary/state");
            String now = Terminal.text(last, "/status") + ", " + Terminal.text(last, "/summary/code") + ": "
                    + Terminal.text(last, "/summary/message");
            if (!now.equals(said)) {
                progress.println(now);
                progress.flush();
                said = now;
            }
            if (state.equals("serving")) {
                return new End(ExitCode.OK, last);
            }
            if (Terminal.text(last, "/status").equals("blocked")) {
                return new End(ExitCode.SOFTWARE, last);
            }
            Duration left = Duration.between(waiting.clock().instant(), end);
            if (left.isZero() || left.isNegative()) {
                progress.println("Not served yet; it goes on being checked. `domains show` tells how it is.");
                return new End(ExitCode.SOFTWARE, last);
            }
            waiting.pause().pause(left.compareTo(PAUSE) < 0 ? left : PAUSE);
            switch (api.show(hostname)) {
                case Reply.Done(JsonNode next) -> last = next;
                case Reply.Refused refused
                when refused.status() < 500 -> {
                    refused.lines().forEach(progress::println);
                    return new End(ExitCode.SOFTWARE, last);
                }
                case Reply.Refused _, Reply.Unreachable _ -> {
                    // It may be away for a moment; the limit holds all the same.
                }
            }
        }
    }
}
