package dev.anyhost.infra.config;

import dev.anyhost.settings.ConfigSection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What not every deployment wants; all of it off unless said otherwise.
 *
 * @param privateLink whether other networks may reach the proxies by an endpoint service; empty for no
 * @param flowLogs whether the networks' flows are logged
 * @param sourceRanges who may connect; empty for everybody
 * @param webhook where the operator hears of what happens to hostnames
 */
public record Options(
        Optional<PrivateLink> privateLink, boolean flowLogs, List<String> sourceRanges, Optional<Webhook> webhook) {

    private static final Pattern PRINCIPAL =
            Pattern.compile("arn:aws[a-z-]*:iam::[0-9]{12}:(root|(user|role)/[\\w+=,.@/-]+)");
    private static final Pattern NETWORK = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}");
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9/_+=.@-]{1,512}");

    /** Keeps a copy. */
    public Options {
        sourceRanges = List.copyOf(sourceRanges);
    }

    /**
     * An endpoint service.
     *
     * @param allowedPrincipals whose accounts may ask to be connected
     * @param acceptance whether somebody must accept each
     */
    public record PrivateLink(List<String> allowedPrincipals, boolean acceptance) {

        /** Keeps a copy. */
        public PrivateLink {
            allowedPrincipals = List.copyOf(allowedPrincipals);
        }
    }

    /**
     * Signed calls to the operator.
     *
     * @param secretName of the secret in Secrets Manager's home region that holds the signing secrets
     */
    public record Webhook(String url, String secretName) {}

    static Options of(ConfigSection section) {
        return new Options(
                privateLink(section.section("private-link")),
                section.flag("flow-logs", false),
                section.list(
                        "source-ranges",
                        List.of(),
                        "an IPv4 network, such as 203.0.113.0/24",
                        text -> Optional.of(text)
                                .filter(range -> NETWORK.matcher(range).matches())),
                webhook(section.section("webhook")));
    }

    private static Optional<PrivateLink> privateLink(ConfigSection section) {
        boolean enabled = section.flag("enabled", false);
        var wanted = new PrivateLink(
                section.list(
                        "allowed-principals",
                        List.of(),
                        "a principal's ARN, such as arn:aws:iam::111122223333:root",
                        text -> Optional.of(text)
                                .filter(arn -> PRINCIPAL.matcher(arn).matches())),
                section.flag("acceptance", true));
        if (enabled && wanted.allowedPrincipals().isEmpty()) {
            section.mistake("allowed-principals", "[]", "at least one: nobody else can connect");
        }
        return enabled ? Optional.of(wanted) : Optional.empty();
    }

    private static Optional<Webhook> webhook(ConfigSection section) {
        Optional<String> url = section.optional(
                "url", "an https URL", text -> Optional.of(text).filter(u -> u.startsWith("https://")));
        Optional<String> secret = section.optional(
                "secret-name",
                "the name of a secret in Secrets Manager",
                text -> Optional.of(text).filter(name -> SECRET.matcher(name).matches()));
        if (url.isPresent() != secret.isPresent()) {
            section.mistake(url.isPresent() ? "secret-name" : "url", "missing", "both url and secret-name, or neither");
        }
        return url.flatMap(to -> secret.map(name -> new Webhook(to, name)));
    }
}
