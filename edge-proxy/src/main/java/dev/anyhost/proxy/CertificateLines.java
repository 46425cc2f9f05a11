package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.CertificateSummary;
import dev.anyhost.store.IssuanceFailure;
import java.io.PrintWriter;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** How certificates, and after them failures, are printed, one after another. */
sealed interface CertificateLines {

    void print(CertificateSummary line);

    void print(Hostname hostname, IssuanceFailure failure);

    /** @param next where the list goes on */
    void end(Optional<ListPlace> next);

    /** Columns with tabs between them, for scripts. */
    record Tabs(PrintWriter out, PrintWriter err) implements CertificateLines {

        @Override
        public void print(CertificateSummary line) {
            out.println(String.join(
                    "\t",
                    line.hostname().value(),
                    "valid-until",
                    line.notAfter().toString(),
                    line.issuer()));
        }

        @Override
        public void print(Hostname hostname, IssuanceFailure failure) {
            out.println(String.join(
                    "\t", hostname.value(), "failed-retry-at", failure.retryAt().toString(), failure.cause()));
        }

        @Override
        public void end(Optional<ListPlace> next) {
            next.ifPresent(place -> err.println("There may be more: --cursor " + place.text()));
        }
    }

    /** One JSON object. */
    final class Json implements CertificateLines {

        private static final String BEGIN = "{\"certificates\":[";
        private static final String BETWEEN = "],\n\"failures\":[";

        private final PrintWriter out;
        private String separator = BEGIN + "\n";
        private boolean failures;

        Json(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void print(CertificateSummary line) {
            out.print(separator + CertificateJson.line(line));
            separator = ",\n";
        }

        @Override
        public void print(Hostname hostname, IssuanceFailure failure) {
            beginFailures("\n");
            out.print(separator + CertificateJson.failure(hostname, failure));
            separator = ",\n";
        }

        private void beginFailures(String after) {
            if (!failures) {
                out.print(separator.startsWith(BEGIN) ? BEGIN : "");
                separator = BETWEEN + after;
                failures = true;
            }
        }

        @Override
        public void end(Optional<ListPlace> next) {
            beginFailures("");
            out.print(separator.startsWith(BETWEEN) ? BETWEEN : "");
            out.println("],\n\"next_cursor\":"
                    + JsonMapper.shared()
                            .writeValueAsString(next.map(ListPlace::text).orElse(null)) + "}");
        }
    }
}
