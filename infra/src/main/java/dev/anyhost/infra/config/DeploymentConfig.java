package dev.anyhost.infra.config;

import dev.anyhost.settings.ConfigReader;
import dev.anyhost.settings.ConfigResult;
import dev.anyhost.settings.ConfigSection;
import dev.anyhost.settings.ConfigValues;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import software.amazon.awscdk.services.logs.RetentionDays;

/**
 * A deployment: everything that differs from another one.
 *
 * @param stage names the deployment within its account, such as {@code prod}
 * @param domain customers' CNAME targets are below it
 * @param hostedZone an existing zone that the domain is in; without one, a zone for the domain is made
 * @param homeRegion where everything is written and all orders are coordinated
 * @param origin the product that is behind the proxies
 * @param alarmEmail who hears of alarms
 * @param regions where proxies run; the home region is among them
 */
public record DeploymentConfig(
        String stage,
        String domain,
        Optional<HostedZone> hostedZone,
        String homeRegion,
        String origin,
        Acme acme,
        String alarmEmail,
        Tables tables,
        Drain drain,
        Operations operations,
        List<Region> regions,
        Options options) {

    private static final Pattern STAGE = Pattern.compile("[a-z][a-z0-9]{0,11}");
    private static final Pattern DOMAIN =
            Pattern.compile("(?=.{1,230}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+");
    private static final Pattern ZONE_ID = Pattern.compile("Z[A-Z0-9]{1,31}");
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]+@[^@\\s]+\\.[^@\\s]+");
    private static final String DOMAIN_EXPECTED = "a domain in small letters, such as edge.example.com";
    private static final String EMAIL_EXPECTED = "an e-mail address";
    private static final String LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

    /** Fargate ends a task at most two minutes after it was told to stop; what begins last needs some of that. */
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(110);

    /** Keeps a copy. */
    public DeploymentConfig {
        regions = List.copyOf(regions);
    }

    /** A zone in Route 53. */
    public record HostedZone(String id, String name) {}

    /** The certificate authority. */
    public record Acme(String email, String directory) {}

    /** The most that a table, in one region, gives in a second: a cap on what a mistake may cost. */
    public record Tables(int mostReadUnits, int mostWriteUnits) {}

    /** What the proxies do when they are told to stop; as the proxy's own configuration has it. */
    public record Drain(Duration announce, Duration grace) {

        /** How long a task takes to leave. */
        public Duration whole() {
            return announce.plus(grace);
        }
    }

    /**
     * @param logs how long they are kept
     * @param domainsPerTenant how many domains a tenant may have by the API
     * @param checksGrace how long a hostname that was right is served although it isn't any more
     */
    public record Operations(RetentionDays logs, int domainsPerTenant, Duration checksGrace) {}

    /** Reads the file; all its mistakes at once; no network. */
    public static ConfigResult<DeploymentConfig> read(Path file, Function<String, Optional<String>> environment) {
        return ConfigReader.read(file, environment, DeploymentConfig::of);
    }

    private static DeploymentConfig of(ConfigSection root) {
        String stage = root.required(
                "stage",
                "stage",
                "a letter, then up to 11 letters and digits, all small",
                text -> matching(STAGE, text));
        String domain = root.required("domain", "edge.invalid", DOMAIN_EXPECTED, text -> matching(DOMAIN, text));
        String home = root.required("home-region", "us-east-1", Region.NAME_EXPECTED, Region::parseName);
        ConfigSection acme = root.section("acme");
        ConfigSection tables = root.section("tables");
        return new DeploymentConfig(
                stage,
                domain,
                hostedZone(root.section("hosted-zone"), domain),
                home,
                root.required(
                        "origin",
                        "https://invalid",
                        ConfigValues.URL_EXPECTED,
                        text -> ConfigValues.url(text).map(Object::toString)),
                new Acme(
                        acme.required("email", "a@b.c", EMAIL_EXPECTED, text -> matching(EMAIL, text)),
                        acme.value(
                                "directory",
                                LETS_ENCRYPT,
                                ConfigValues.URL_EXPECTED,
                                text -> ConfigValues.url(text).map(Object::toString))),
                root.required("alarm-email", "a@b.c", EMAIL_EXPECTED, text -> matching(EMAIL, text)),
                new Tables(
                        tables.integer("most-read-units", 4_000, 100, 100_000),
                        tables.integer("most-write-units", 2_000, 100, 100_000)),
                drain(root.section("drain")),
                operations(root),
                regions(root, home),
                Options.of(root.section("options")));
    }

    private static Operations operations(ConfigSection root) {
        return new Operations(
                root.choice("log-days", RetentionDays.ONE_MONTH, LogDays.BY_TEXT),
                root.integer("domains-per-tenant", 1_000, 1, 999_999_999),
                root.duration("checks-grace", Duration.ofDays(7), Duration.ofHours(1), Duration.ofDays(365)));
    }

    private static Optional<HostedZone> hostedZone(ConfigSection section, String domain) {
        Optional<String> id =
                section.optional("id", "a zone's id, such as Z0123456789ABCDEFGHIJ", text -> matching(ZONE_ID, text));
        Optional<String> name = section.optional("name", DOMAIN_EXPECTED, text -> matching(DOMAIN, text));
        if (id.isPresent() != name.isPresent()) {
            section.mistake(id.isPresent() ? "name" : "id", "missing", "both id and name, or neither");
        }
        name.filter(zone -> !domain.equals(zone) && !domain.endsWith("." + zone))
                .ifPresent(zone -> section.mistake("name", zone, "a zone that " + domain + " is in"));
        return id.flatMap(zone -> name.map(called -> new HostedZone(zone, called)));
    }

    private static Drain drain(ConfigSection section) {
        var drain = new Drain(
                section.duration("announce", Duration.ofSeconds(20), Duration.ZERO, LONGEST_DRAIN),
                section.duration("grace", Duration.ofSeconds(60), Duration.ZERO, LONGEST_DRAIN));
        if (drain.whole().compareTo(LONGEST_DRAIN) > 0) {
            section.mistake(
                    "grace",
                    drain.grace().toSeconds() + "s",
                    "announce and grace together at most " + LONGEST_DRAIN.toSeconds()
                            + "s: Fargate kills a task after 120s");
        }
        return drain;
    }

    private static List<Region> regions(ConfigSection root, String home) {
        List<Region> regions = root.sections("regions").stream().map(Region::of).toList();
        List<String> names = regions.stream().map(Region::name).toList();
        if (names.stream().distinct().count() < names.size()) {
            root.mistake("regions", names.toString(), "each region once");
        }
        if (!names.contains(home)) {
            root.mistake("regions", names.toString(), "the home region " + home + " among them");
        }
        return regions;
    }

    private static Optional<String> matching(Pattern pattern, String text) {
        return Optional.of(text).filter(value -> pattern.matcher(value).matches());
    }

    /** The regions besides the home region. */
    public List<String> replicaRegions() {
        return regions.stream()
                .map(Region::name)
                .filter(name -> !name.equals(homeRegion))
                .toList();
    }
}
