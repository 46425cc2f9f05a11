package dev.anyhost.proxy;

import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.issuance.AcmeSettings;
import dev.anyhost.proxy.issuance.AcmeSettings.ExternalAccount;
import dev.anyhost.proxy.issuance.AcmeSettings.Wishes;
import dev.anyhost.proxy.issuance.OrderLimits;
import dev.anyhost.settings.ConfigSection;
import dev.anyhost.settings.ConfigValues;
import dev.anyhost.store.TokenLimit;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads section {@code acme}: one issuer, whose keys stand in the section itself, and those that are asked when it can't
 * issue, in their order.
 */
final class AcmeConfig {

    private static final URI LETS_ENCRYPT = URI.create("https://acme-v02.api.letsencrypt.org/directory");
    private static final URI NO_URL = URI.create("http://missing.invalid/");
    private static final String EMAIL_EXPECTED = "an e-mail address, such as ops@example.com";
    private static final String MAC_KEY_EXPECTED = "the authority's HMAC key in base64url";
    private static final String LIMIT_EXPECTED =
            "none, or so many in so long, such as 300/3h, with at least 1 and at most a million";
    private static final int MOST = 1_000_000;

    private AcmeConfig() {}

    /** The authorities, the first to be asked first; not empty. */
    static List<AcmeSettings> read(ConfigSection acme) {
        List<ChallengeType> challenges =
                acme.list("challenges", List.of(ChallengeType.values()), ChallengeType.EXPECTED, ChallengeType::parse);
        if (challenges.isEmpty()) {
            acme.mistake("challenges", "[]", "at least one of " + ChallengeType.EXPECTED);
        }
        String email = acme.required("email", "", EMAIL_EXPECTED, AcmeConfig::email);
        URI first = acme.url("directory").orElse(LETS_ENCRYPT);
        List<AcmeSettings> all = Stream.concat(
                        Stream.of(issuer(acme, first, email, challenges)),
                        acme.sections("fallbacks").stream().map(next -> fallback(next, email, challenges)))
                .toList();
        List<URI> directories = all.stream().map(AcmeSettings::directory).toList();
        if (directories.stream().distinct().count() < directories.size()) {
            acme.mistake("fallbacks", directories.toString(), "each directory once");
        }
        return all;
    }

    private static AcmeSettings fallback(ConfigSection section, String email, List<ChallengeType> challenges) {
        URI directory = section.required("directory", NO_URL, ConfigValues.URL_EXPECTED, ConfigValues::url);
        return issuer(section, directory, section.value("email", email, EMAIL_EXPECTED, AcmeConfig::email), challenges);
    }

    private static AcmeSettings issuer(
            ConfigSection section, URI directory, String email, List<ChallengeType> challenges) {
        return new AcmeSettings(
                directory,
                email,
                ProxyConfig.pem(section, "trusted-roots"),
                challenges,
                externalAccount(section.section("eab")),
                new Wishes(
                        section.optional("profile", "text", ConfigValues::text),
                        section.optional("preferred-chain", "text", ConfigValues::text)),
                limits(section.section("limits"), OrderLimits.of(directory)),
                AcmeSettings.TimeLimits.USUAL);
    }

    private static Optional<String> email(String text) {
        return text.matches("[^\\s@]+@[^\\s@]+\\.[^\\s@]+") ? Optional.of(text) : Optional.empty();
    }

    private static Optional<ExternalAccount> externalAccount(ConfigSection eab) {
        Optional<String> keyId = eab.optional("key-id", "text", ConfigValues::text);
        Optional<String> macKey = eab.secret(
                "mac-key",
                MAC_KEY_EXPECTED,
                text -> Optional.of(text).filter(key -> key.matches("[A-Za-z0-9_-]{16,}")));
        if (keyId.isPresent() && eab.isAbsent("mac-key")) {
            eab.mistake("mac-key", "missing", MAC_KEY_EXPECTED);
        }
        if (keyId.isEmpty() && !eab.isAbsent("mac-key")) {
            eab.mistake("key-id", "missing", "what the authority calls the key");
        }
        return keyId.flatMap(id -> macKey.map(key -> new ExternalAccount(id, key)));
    }

    private static OrderLimits limits(ConfigSection limits, OrderLimits usual) {
        return new OrderLimits(
                limit(limits, "orders", usual.orders()),
                limit(limits, "certificates-per-domain", usual.domain()),
                limit(limits, "certificates-per-name", usual.names()),
                limit(limits, "failures-per-name", usual.failures()),
                limit(limits, "consecutive-failures-per-name", usual.consecutiveFailures()));
    }

    private static Optional<TokenLimit> limit(ConfigSection limits, String key, Optional<TokenLimit> usual) {
        return limits.value(key, usual, LIMIT_EXPECTED, AcmeConfig::limit);
    }

    /** The outer is empty for what isn't a limit, the inner for no limit. */
    private static Optional<Optional<TokenLimit>> limit(String text) {
        if (text.equals("none")) {
            return Optional.of(Optional.empty());
        }
        String[] parts = text.split("/", -1);
        if (parts.length != 2) {
            return Optional.empty();
        }
        Optional<Integer> count = ConfigValues.integer(parts[0].strip()).filter(n -> n >= 1 && n <= MOST);
        Optional<Duration> period = ConfigValues.duration(parts[1].strip()).filter(Duration::isPositive);
        return count.flatMap(n -> period.map(time -> Optional.of(TokenLimit.of(n, time))));
    }
}
