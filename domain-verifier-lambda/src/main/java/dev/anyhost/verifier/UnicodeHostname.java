package dev.anyhost.verifier;

import com.ibm.icu.text.IDNA;
import dev.anyhost.domain.Hostname;
import java.util.Optional;

/**
 * Hostnames as people write them. Everything behind this is ASCII: Unicode is converted once, by UTS #46 without its
 * transitional mappings, as browsers do.
 */
public final class UnicodeHostname {

    /** What {@link #parse} accepts, as the tail of an error message. */
    public static final String EXPECTED = Hostname.EXPECTED + "; other letters are converted";

    private static final IDNA UTS46 = IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_ASCII
            | IDNA.NONTRANSITIONAL_TO_UNICODE
            | IDNA.USE_STD3_RULES
            | IDNA.CHECK_BIDI
            | IDNA.CHECK_CONTEXTJ);

    private UnicodeHostname() {}

    /**
     * Reads a hostname. Total: any input gives an answer. ASCII is taken as it is, exactly as in a handshake.
     *
     * @return the canonical hostname, or empty when the text is none
     */
    public static Optional<Hostname> parse(String text) {
        if (text.chars().allMatch(c -> c < 128)) {
            return Hostname.parse(text);
        }
        var info = new IDNA.Info();
        var ascii = UTS46.nameToASCII(text, new StringBuilder(), info);
        return info.hasErrors() ? Optional.empty() : Hostname.parse(ascii);
    }

    /** The hostname as its owner writes it; the A-labels themselves where they aren't well-formed Unicode. */
    public static String show(Hostname hostname) {
        var info = new IDNA.Info();
        var unicode = UTS46.nameToUnicode(hostname.value(), new StringBuilder(), info);
        return info.hasErrors() ? hostname.value() : unicode.toString();
    }
}
