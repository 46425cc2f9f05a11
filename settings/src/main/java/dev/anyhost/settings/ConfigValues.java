package dev.anyhost.settings;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The texts that configuration values are written as. Each parser is total and looks nothing up. */
public final class ConfigValues {

    /** What {@link #url} accepts. */
    public static final String URL_EXPECTED = "an absolute http or https URL";

    /** What {@link #address} accepts. */
    public static final String ADDRESS_EXPECTED = "an IP address and port, such as 127.0.0.1:9181 or [::]:443";

    /** What {@link #ip} accepts. */
    public static final String IP_EXPECTED = "an IP address";

    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(B|KiB|MiB|GiB)");
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,9}");
    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9A-Fa-f:.]+\\]|[0-9.]+|localhost):([0-9]{1,5})");
    private static final Pattern IP = Pattern.compile("[0-9]+(\\.[0-9]+){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final int MAX_PORT = 65_535;

    private ConfigValues() {}

    /** Any text that isn't blank. */
    public static Optional<String> text(String text) {
        return Optional.of(text).filter(t -> !t.isBlank());
    }

    /** Values with commas between them; empty when one of them isn't as expected. */
    static <T> Optional<List<T>> separated(String text, Function<String, Optional<T>> parser) {
        List<Optional<T>> values = Arrays.stream(text.split(",", -1))
                .map(value -> parser.apply(value.strip()))
                .toList();
        return values.stream().allMatch(Optional::isPresent)
                ? Optional.of(values.stream().map(Optional::orElseThrow).toList())
                : Optional.empty();
    }

    /** {@code true} or {@code false}. */
    public static Optional<Boolean> flag(String text) {
        return switch (text) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /** A whole number of up to nine digits. */
    public static Optional<Integer> integer(String text) {
        return INTEGER.matcher(text).matches() ? Optional.of(Integer.parseInt(text)) : Optional.empty();
    }

    /** A whole number and one unit of {@code ms}, {@code s}, {@code m}, {@code h}, {@code d}. */
    public static Optional<Duration> duration(String text) {
        Matcher match = DURATION.matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(match.group(1));
        return Optional.of(
                switch (match.group(2)) {
                    case "ms" -> Duration.ofMillis(number);
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    default -> Duration.ofDays(number);
                });
    }

    /** A duration as {@link #duration} reads it, in its largest whole unit. */
    public static String show(Duration duration) {
        long millis = duration.toMillis();
        for (String unit : List.of("d", "h", "m", "s")) {
            long one = duration("1" + unit).orElseThrow().toMillis();
            if (millis != 0 && millis % one == 0) {
                return millis / one + unit;
            }
        }
        return millis == 0 ? "0s" : millis + "ms";
    }

    /** A number of bytes: a whole number and one unit of {@code B}, {@code KiB}, {@code MiB}, {@code GiB}. */
    public static Optional<Long> size(String text) {
        Matcher match = SIZE.matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        int shift = switch (match.group(2)) {
            case "B" -> 0;
            case "KiB" -> 10;
            case "MiB" -> 20;
            default -> 30;
        };
        return Optional.of(Long.parseLong(match.group(1)) << shift);
    }

    /** A path, a relative one starting from a folder. */
    public static Optional<Path> path(Path base, String text) {
        try {
            return text.isBlank()
                    ? Optional.empty()
                    : Optional.of(base.resolve(text).normalize());
        } catch (InvalidPathException notAPath) {
            return Optional.empty();
        }
    }

    /** An absolute http or https URL with a host and no user info or fragment. */
    public static Optional<URI> url(String text) {
        try {
            var url = new URI(text);
            boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            boolean bare = url.getHost() != null && url.getRawUserInfo() == null && url.getRawFragment() == null;
            return http && bare && url.getPort() <= MAX_PORT ? Optional.of(url) : Optional.empty();
        } catch (URISyntaxException notAUrl) {
            return Optional.empty();
        }
    }

    /** An IP literal or {@code localhost}, and a port from 0 (any free one) to 65535. */
    public static Optional<InetSocketAddress> address(String text) {
        Matcher match = ADDRESS.matcher(text);
        if (!match.matches() || Integer.parseInt(match.group(2)) > MAX_PORT) {
            return Optional.empty();
        }
        int port = Integer.parseInt(match.group(2));
        String host = match.group(1);
        Optional<InetAddress> ip = host.equals("localhost")
                ? Optional.of(InetAddress.getLoopbackAddress())
                : ip(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
        return ip.map(address -> new InetSocketAddress(address, port));
    }

    /** An IPv4 literal of four parts or an IPv6 literal without brackets or zone. */
    public static Optional<InetAddress> ip(String text) {
        if (!IP.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }
}
