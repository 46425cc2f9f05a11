package dev.anyhost.proxy.preflight;

import dev.anyhost.dns.DnsName;
import dev.anyhost.dns.Sighting;
import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.Http01Answers;
import dev.anyhost.proxy.preflight.ValidationRequest.Answer;
import dev.anyhost.proxy.preflight.ValidationRequest.Target;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Asks an address for our own marker: an http-01 answer to a token that nobody was given. Each of our instances makes it
 * from the token and the account key's thumbprint, and nobody else knows what to say; the request takes the way that an
 * authority's will take. Redirects are followed as authorities follow them. Blocks.
 */
final class MarkerProbe {

    private static final int MOST_REDIRECTS = 5;

    private final Http01Answers answers;
    private final Sighting sighting;
    private final Predicate<InetAddress> permitted;
    private final Ports ports;
    private final Duration patience;

    /** Those that stand for 80 and 443, where authorities go. */
    record Ports(int http, int https) {}

    /** @param permitted whether an address may be connected to */
    MarkerProbe(
            Http01Answers answers,
            Sighting sighting,
            Predicate<InetAddress> permitted,
            Ports ports,
            Duration patience) {
        this.answers = answers;
        this.sighting = sighting;
        this.permitted = permitted;
        this.ports = ports;
        this.patience = patience;
    }

    MarkerAnswer ask(Hostname hostname, InetAddress address) {
        String token = MarkerToken.random();
        String marker = answers.answer(token).orElseThrow();
        var first = new Target(
                false,
                new InetSocketAddress(address, ports.http()),
                hostname.value(),
                ports.http() == 80 ? hostname.value() : hostname.value() + ":" + ports.http(),
                Http01Answers.PATH_PREFIX + token);
        return follow(first, marker);
    }

    private MarkerAnswer follow(Target first, String marker) {
        Target target = first;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            if (!permitted.test(target.ip())) {
                return new MarkerAnswer.Silent(target.ip().getHostAddress() + " isn't a public address");
            }
            switch (new ValidationRequest(target, patience).send()) {
                case Answer.Nothing(String reason) -> {
                    return new MarkerAnswer.Silent(reason);
                }
                case Answer.NotHttp() -> {
                    return new MarkerAnswer.Strange("with something that isn't HTTP");
                }
                case Answer.Response(int status, Optional<String> location, String body) -> {
                    if (!isRedirect(status) || location.isEmpty()) {
                        return judged(status, body, marker);
                    }
                    switch (next(target, location.get())) {
                        case Next.To(Target to) -> target = to;
                        case Next.Nowhere(MarkerAnswer why) -> {
                            return why;
                        }
                    }
                }
            }
        }
        return new MarkerAnswer.Silent("more than " + MOST_REDIRECTS + " redirects");
    }

    /** White space at the end is the authority's to ignore (RFC 8555 section 8.3). */
    private static MarkerAnswer judged(int status, String body, String marker) {
        if (status != 200) {
            return new MarkerAnswer.Strange("with status " + status);
        }
        return body.stripTrailing().equals(marker)
                ? new MarkerAnswer.Ours()
                : new MarkerAnswer.Strange("with another page");
    }

    private static boolean isRedirect(int status) {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
    }

    private sealed interface Next {
        record To(Target target) implements Next {}

        record Nowhere(MarkerAnswer why) implements Next {}
    }

    /** Authorities follow redirects to names, by http and https at their usual ports, and to nothing else. */
    private Next next(Target from, String location) {
        URI to;
        try {
            to = new URI((from.tls() ? "https://" : "http://") + from.authority() + from.path())
                    .resolve(new URI(location));
        } catch (URISyntaxException | IllegalArgumentException unusable) {
            return nowhere("an address that can't be read");
        }
        boolean tls = "https".equalsIgnoreCase(to.getScheme());
        Optional<Hostname> host = Optional.ofNullable(to.getHost()).flatMap(Hostname::parse);
        if (host.isEmpty() || !(tls || "http".equalsIgnoreCase(to.getScheme()))) {
            return nowhere("an address that no authority follows");
        }
        int usual = tls ? ports.https() : ports.http();
        if (to.getPort() != -1 && to.getPort() != usual) {
            return nowhere("port " + to.getPort());
        }
        String path = to.getRawPath().isEmpty() ? "/" : to.getRawPath();
        String query = to.getRawQuery() == null ? "" : "?" + to.getRawQuery();
        return at(from, host.get())
                .<Next>map(address -> new Next.To(new Target(
                        tls,
                        new InetSocketAddress(address, usual),
                        host.get().value(),
                        to.getRawAuthority(),
                        path + query)))
                .orElseGet(() -> new Next.Nowhere(
                        new MarkerAnswer.Silent("it redirects to " + host.get() + ", whose address isn't known")));
    }

    private static Next nowhere(String where) {
        return new Next.Nowhere(new MarkerAnswer.Strange("with a redirect to " + where));
    }

    private Optional<InetAddress> at(Target from, Hostname host) {
        if (host.value().equals(from.host())) {
            return Optional.of(from.ip());
        }
        return sighting.of(DnsName.of(host)).addresses().stream().findFirst();
    }
}
