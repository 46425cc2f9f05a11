package dev.anyhost.verifier.command;

import dev.anyhost.verifier.command.DomainsClient.Reply;
import java.io.PrintWriter;
import java.util.function.ToIntFunction;
import picocli.CommandLine.ExitCode;
import tools.jackson.databind.JsonNode;

/** What the API's replies are to who typed a command. */
final class Outcomes {

    private Outcomes() {}

    /** The exit code: of the work when it was done, else 2 when what was typed is wrong, else 1. */
    static int of(PrintWriter err, Reply reply, ToIntFunction<JsonNode> work) {
        return switch (reply) {
            case Reply.Done(JsonNode body) -> work.applyAsInt(body);
            case Reply.Refused refused -> {
                refused.lines().forEach(err::println);
                yield refused.isWrongInput() ? ExitCode.USAGE : ExitCode.SOFTWARE;
            }
            case Reply.Unreachable(String reason) -> {
                err.println(Terminal.plain(reason));
                yield ExitCode.SOFTWARE;
            }
        };
    }
}
