package dev.anyhost.proxy;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What people type after {@code anyhost certs}, as what it means; anything else is an error that says what was expected. */
final class CertsInput {

    private CertsInput() {}

    private static TypeConversionException wrong(String text, String expected) {
        return new TypeConversionException(text + " (expected: " + expected + ")");
    }

    /** An instant, or the beginning of a day. */
    static final class ToInstant implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String text) {
            try {
                return text.contains("T")
                        ? Instant.parse(text)
                        : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
            } catch (DateTimeException unreadable) {
                throw wrong(text, "a time such as 2026-12-31T12:00:00Z, or a day such as 2026-12-31");
            }
        }
    }

    /** How many. */
    static final class ToCount implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (!text.matches("[0-9]{1,7}") || Integer.parseInt(text) == 0) {
                throw wrong(text, "a whole number from 1 to 9999999");
            }
            return Integer.valueOf(text);
        }
    }

    /** Where a list goes on. */
    static final class ToPlace implements ITypeConverter<ListPlace> {
        @Override
        public ListPlace convert(String text) {
            return ListPlace.parse(text).orElseThrow(() -> wrong(text, "the next_cursor of the page before"));
        }
    }

    /** Whose certificates. */
    static final class ToIssuer implements ITypeConverter<IssuerName> {
        @Override
        public IssuerName convert(String text) {
            return IssuerName.parse(text).orElseThrow(() -> wrong(text, IssuerName.EXPECTED));
        }
    }
}
