package dev.anyhost.proxy;

import dev.anyhost.proxy.migration.ImportOutcome;
import dev.anyhost.proxy.migration.ImportSummary;
import java.io.PrintWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What {@code anyhost certs import} prints: a line for each certificate, and a summary. Names come from outside. */
final class ImportLines {

    private static final int LONGEST_NAME = 300;

    private final PrintWriter out;
    private final boolean json;
    private final boolean dryRun;

    ImportLines(PrintWriter out, boolean json, boolean dryRun) {
        this.out = out;
        this.json = json;
        this.dryRun = dryRun;
    }

    void outcome(String name, ImportOutcome outcome) {
        switch (outcome) {
            case ImportOutcome.Imported imported -> imported(printable(name), imported);
            case ImportOutcome.Kept(String reason) -> because(printable(name), "kept", reason);
            case ImportOutcome.Skipped(String reason) -> because(printable(name), "skipped", reason);
            case ImportOutcome.Failed(String reason) -> because(printable(name), "failed", reason);
        }
    }

    private void imported(String name, ImportOutcome.Imported imported) {
        String result = dryRun ? "would-import" : "imported";
        String until = imported.notAfter().toString();
        if (json) {
            out.println(object(name, result).put("not_after", until).put("issuer", imported.issuer()));
        } else {
            out.println(String.join("\t", name, result, until, imported.issuer()));
        }
    }

    private void because(String name, String result, String reason) {
        String why = printable(reason);
        if (json) {
            out.println(object(name, result).put("reason", why));
        } else {
            out.println(String.join("\t", name, result, why));
        }
    }

    void summary(ImportSummary summary) {
        if (json) {
            ObjectNode line = JsonMapper.shared().createObjectNode();
            line.putObject("summary")
                    .put("imported", summary.imported())
                    .put("kept", summary.kept())
                    .put("skipped", summary.skipped())
                    .put("failed", summary.failed())
                    .put("dry_run", dryRun);
            out.println(line);
        } else {
            out.println((dryRun ? "would import " : "imported ") + summary.imported() + ", kept " + summary.kept()
                    + ", skipped " + summary.skipped() + ", failed " + summary.failed());
        }
    }

    private static ObjectNode object(String name, String result) {
        return JsonMapper.shared().createObjectNode().put("name", name).put("result", result);
    }

    /** One line of visible ASCII, whatever a file or an item is called. */
    private static String printable(String text) {
        String shown = text.length() > LONGEST_NAME ? text.substring(0, LONGEST_NAME) + "..." : text;
        return shown.replaceAll("[^ -~]", "?");
    }
}
