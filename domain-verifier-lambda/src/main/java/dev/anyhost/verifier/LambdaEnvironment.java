package dev.anyhost.verifier;

import dev.anyhost.dns.DnsClient;
import dev.anyhost.dns.DnsName;
import dev.anyhost.domain.Hostname;
import dev.anyhost.settings.ConfigValues;
import dev.anyhost.verifier.dns.Edge;
import dev.anyhost.verifier.events.Webhook;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The configuration of the Lambda functions: {@code ANYHOST_WHITELIST_TABLE}, {@code ANYHOST_WHITELIST_REGION} (the
 * function's own region unless set) and {@code ANYHOST_WHITELIST_ENDPOINT} (DynamoDB's own unless set); the same with
 * {@code CHANGES} for the proxies' coordination table, region and endpoint being the whitelist's unless set; {@code
 * ANYHOST_EDGE_DOMAIN}; {@code ANYHOST_STATIC_ADDRESSES}, separated by commas; {@code ANYHOST_DOMAINS_PER_TENANT};
 * {@code ANYHOST_RESOLVERS}, separated by commas, the function's own unless set; {@code ANYHOST_CHECKS_GRACE}; {@code
 * ANYHOST_WEBHOOK_URL} and {@code ANYHOST_WEBHOOK_SECRETS}, separated by commas.
 * Functions never create tables.
 */
public final class LambdaEnvironment {

    private static final String TABLE = "ANYHOST_WHITELIST_TABLE";
    private static final String REGION = "ANYHOST_WHITELIST_REGION";
    private static final String ENDPOINT = "ANYHOST_WHITELIST_ENDPOINT";

    private static final String CHANGES_TABLE = "ANYHOST_CHANGES_TABLE";
    private static final String CHANGES_REGION = "ANYHOST_CHANGES_REGION";
    private static final String CHANGES_ENDPOINT = "ANYHOST_CHANGES_ENDPOINT";
    private static final String EDGE_DOMAIN = "ANYHOST_EDGE_DOMAIN";
    private static final String STATIC_ADDRESSES = "ANYHOST_STATIC_ADDRESSES";
    private static final String DOMAINS_PER_TENANT = "ANYHOST_DOMAINS_PER_TENANT";

    private static final String RESOLVERS = "ANYHOST_RESOLVERS";
    private static final String GRACE = "ANYHOST_CHECKS_GRACE";
    private static final String WEBHOOK_URL = "ANYHOST_WEBHOOK_URL";
    private static final String WEBHOOK_SECRETS = "ANYHOST_WEBHOOK_SECRETS";

    /** Set by Lambda itself. */
    private static final String OWN_REGION = "AWS_REGION";

    private LambdaEnvironment() {}

    /**
     * Where the whitelist is.
     *
     * @throws IllegalArgumentException naming the variable and what was expected: the function can't start
     */
    public static WhitelistSettings whitelist(Map<String, String> environment) {
        String ownRegion = environment.getOrDefault(OWN_REGION, WhitelistSettings.DEFAULT_REGION);
        return new WhitelistSettings(
                environment.getOrDefault(REGION, ownRegion),
                endpoint(environment, ENDPOINT),
                table(environment, TABLE, WhitelistSettings.DEFAULT_TABLE),
                false);
    }

    /**
     * Where proxies hear of changes.
     *
     * @throws IllegalArgumentException naming the variable and what was expected: the function can't start
     */
    public static WhitelistSettings changes(Map<String, String> environment) {
        WhitelistSettings whitelist = whitelist(environment);
        return new WhitelistSettings(
                environment.getOrDefault(CHANGES_REGION, whitelist.region()),
                endpoint(environment, CHANGES_ENDPOINT).or(whitelist::endpoint),
                table(environment, CHANGES_TABLE, VerifierSettings.COORDINATION_TABLE),
                false);
    }

    /**
     * Where customers' names must lead.
     *
     * @throws IllegalArgumentException naming the variable and what was expected: the function can't start
     */
    public static Edge edge(Map<String, String> environment) {
        return new Edge(DnsName.of(edgeDomain(environment)), staticAddresses(environment), Edge.LETS_ENCRYPT);
    }

    static Hostname edgeDomain(Map<String, String> environment) {
        String text = environment.getOrDefault(EDGE_DOMAIN, "");
        return Hostname.parse(text)
                .orElseThrow(() -> wrong(EDGE_DOMAIN, text.isEmpty() ? "missing" : text, Hostname.EXPECTED));
    }

    static List<InetAddress> staticAddresses(Map<String, String> environment) {
        return list(environment, STATIC_ADDRESSES, ConfigValues::ip, ConfigValues.IP_EXPECTED);
    }

    /**
     * The DNS servers that the checker asks; empty for the function's own.
     *
     * @throws IllegalArgumentException naming the variable and what was expected: the function can't start
     */
    public static List<InetSocketAddress> resolvers(Map<String, String> environment) {
        return list(environment, RESOLVERS, DnsClient::resolver, DnsClient.RESOLVER_EXPECTED);
    }

    /**
     * How long a hostname that was right is served although it isn't any more.
     *
     * @throws IllegalArgumentException naming the variable and what was expected: the function can't start
     */
    public static Duration grace(Map<String, String> environment) {
        return Optional.ofNullable(environment.get(GRACE))
                .map(text -> ConfigValues.duration(text)
                        .filter(CheckSettings::isGrace)
                        .orElseThrow(() -> wrong(GRACE, text, CheckSettings.GRACE_EXPECTED)))
                .orElse(CheckSettings.DEFAULT.grace());
    }

    private static <T> List<T> list(
            Map<String, String> environment, String variable, Function<String, Optional<T>> meaning, String expected) {
        return Arrays.stream(environment.getOrDefault(variable, "").split(",", -1))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .map(text -> meaning.apply(text).orElseThrow(() -> wrong(variable, text, expected)))
                .toList();
    }

    /**
     * How many domains a tenant may have.
     *
     * @throws IllegalArgumentException naming the variable and what was expected: the function can't start
     */
    public static long domainsPerTenant(Map<String, String> environment) {
        String text = environment.getOrDefault(
                DOMAINS_PER_TENANT, Integer.toString(VerifierSettings.DEFAULT_DOMAINS_PER_TENANT));
        return ConfigValues.integer(text)
                .filter(number -> number >= 1)
                .orElseThrow(() -> wrong(DOMAINS_PER_TENANT, text, "a whole number from 1"));
    }

    /**
     * Where the operator hears of what happens; nowhere unless set.
     *
     * @throws IllegalArgumentException naming the variable and what was expected: the function can't start
     */
    public static Optional<URI> webhook(Map<String, String> environment) {
        return endpoint(environment, WEBHOOK_URL);
    }

    /**
     * What calls are signed with.
     *
     * @throws IllegalArgumentException naming the variable and what was expected: the function can't start
     */
    public static List<String> webhookSecrets(Map<String, String> environment) {
        List<String> secrets = Arrays.stream(
                        environment.getOrDefault(WEBHOOK_SECRETS, "").split(",", -1))
                .map(String::strip)
                .toList();
        if (!secrets.stream().allMatch(Webhook::isSecret)) {
            throw wrong(WEBHOOK_SECRETS, "unusable", Webhook.SECRET_EXPECTED);
        }
        return secrets;
    }

    private static String table(Map<String, String> environment, String variable, String fallback) {
        String table = environment.getOrDefault(variable, fallback);
        if (!WhitelistSettings.isTableName(table)) {
            throw wrong(variable, table, WhitelistSettings.TABLE_EXPECTED);
        }
        return table;
    }

    private static Optional<URI> endpoint(Map<String, String> environment, String variable) {
        return Optional.ofNullable(environment.get(variable))
                .map(text ->
                        ConfigValues.url(text).orElseThrow(() -> wrong(variable, text, ConfigValues.URL_EXPECTED)));
    }

    private static IllegalArgumentException wrong(String variable, String value, String expected) {
        return new IllegalArgumentException(variable + ": " + value + " (expected: " + expected + ")");
    }
}
