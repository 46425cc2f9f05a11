package dev.anyhost.verifier.command;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.settings.ConfigValues;
import dev.anyhost.verifier.UnicodeHostname;
import dev.anyhost.verifier.onboarding.DomainStatus;
import java.net.URI;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What people type, as what it means; anything else is a usage error that says what was expected. */
final class Converters {

    private Converters() {}

    /** A hostname in any script. */
    static final class ToHostname implements ITypeConverter<Hostname> {
        @Override
        public Hostname convert(String text) {
            return UnicodeHostname.parse(text).orElseThrow(() -> wrong(text, UnicodeHostname.EXPECTED));
        }
    }

    /** A tenant. */
    static final class ToTenant implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (!Route.isTenant(text)) {
                throw wrong(text, Route.TENANT_EXPECTED);
            }
            return text;
        }
    }

    /** An origin in its canonical form. */
    static final class ToOrigin implements ITypeConverter<URI> {
        @Override
        public URI convert(String text) {
            return Route.parseOrigin(text).orElseThrow(() -> wrong(text, Route.ORIGIN_EXPECTED));
        }
    }

    /** An absolute http or https URL. */
    static final class ToUrl implements ITypeConverter<URI> {
        @Override
        public URI convert(String text) {
            return ConfigValues.url(text).orElseThrow(() -> wrong(text, ConfigValues.URL_EXPECTED));
        }
    }

    /** A duration. */
    static final class ToDuration implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return ConfigValues.duration(text).orElseThrow(() -> wrong(text, "a duration such as 90s, 10m or 1h"));
        }
    }

    /** A domain's status. */
    static final class ToStatus implements ITypeConverter<DomainStatus> {
        @Override
        public DomainStatus convert(String text) {
            return DomainStatus.of(text)
                    .orElseThrow(() -> wrong(text, "pending, active, misconfigured, suspended or blocked"));
        }
    }

    private static TypeConversionException wrong(String text, String expected) {
        return new TypeConversionException(text + " (expected: " + expected + ")");
    }
}
