package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.HeadError;
import dev.anyhost.proxy.http1.RequestHead;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;
import java.util.Optional;

/**
 * What a visitor reads where a request didn't go well: what happened, what to do now, and a word by which the site's owner
 * can ask. A page for those who ask for HTML, which browsers do, and text for everybody else. Nothing in it comes from a
 * peer, and nothing tells where an origin is.
 */
final class ErrorPage {

    private static final byte[] ACCEPT = {'a', 'c', 'c', 'e', 'p', 't'};
    private static final String HTML = "text/html";
    private static final String TEXT = "text/plain";

    private ErrorPage() {}

    /** Instead of what the request asked for. */
    static SmallResponse of(RequestError error, RequestHead request) {
        return wantsPage(request.fields()) ? page(error) : text(error);
    }

    /** As {@link #of}, in text. */
    static SmallResponse text(RequestError error) {
        return SmallResponse.text(
                error.status(), error.text() + ".\n" + advice(error.status()) + "\nError: " + word(error) + "\n");
    }

    /** For a request whose head can't be read, and so not its wishes either. */
    static SmallResponse of(HeadError error) {
        return SmallResponse.text(error.status(), error.reason() + "\n");
    }

    private static SmallResponse page(RequestError error) {
        String title = error.status() + " "
                + HttpResponseStatus.valueOf(error.status()).reasonPhrase();
        String body = """
                <!doctype html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>%s</title>
                <style>body{font:1em/1.5 system-ui,sans-serif;max-width:36em;margin:15vh auto;padding:0 1em}</style>
                <h1>%s</h1>
                <p>%s.</p>
                <p>%s</p>
                <p><small>Error: %s</small></p>
                </html>
                """.formatted(title, title, error.text(), advice(error.status()), word(error));
        return new SmallResponse(
                        error.status(), SmallResponse.text(error.status(), "").headers(), body)
                .with("Content-Type", "text/html; charset=utf-8")
                .with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    }

    private static String advice(int status) {
        return switch (status) {
            case 408 -> "Check your connection and try again.";
            case 421 -> "Reload the page; if that doesn't help, check the address.";
            case 429 -> "Wait a little, then try again.";
            case 502, 503, 504 -> "Try again in a few minutes; if it goes on, tell the owner of this site.";
            default -> "The request can't be served as it was sent.";
        };
    }

    private static String word(RequestError error) {
        return error.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether HTML is named in Accept (RFC 9110 section 12.5.1), and text isn't preferred. Wildcards wish for nothing. */
    private static boolean wantsPage(Fields fields) {
        double html = 0;
        double text = 0;
        for (int i = 0; i < fields.size(); i++) {
            if (fields.isNamed(i, ACCEPT)) {
                for (String range : fields.valueText(i).split(",", -1)) {
                    html = Math.max(html, weight(range, HTML));
                    text = Math.max(text, weight(range, TEXT));
                }
            }
        }
        return html > 0 && html >= text;
    }

    private static double weight(String range, String type) {
        String[] parts = range.split(";", -1);
        if (!parts[0].strip().equalsIgnoreCase(type)) {
            return 0;
        }
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip().toLowerCase(Locale.ROOT);
            if (parameter.startsWith("q=")) {
                return weight(parameter.substring(2)).orElse(0.0);
            }
        }
        return 1;
    }

    private static Optional<Double> weight(String q) {
        return q.matches("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?") ? Optional.of(Double.valueOf(q)) : Optional.empty();
    }
}
