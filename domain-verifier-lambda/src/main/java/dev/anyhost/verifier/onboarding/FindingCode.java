package dev.anyhost.verifier.onboarding;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a check may find; customers' scripts and webhooks rely on the texts. */
public enum FindingCode {
    /** A CNAME chain leads to the tenant's own target. */
    CNAME_OK(Kind.PROVEN),
    /** The addresses are ours, and the TXT record proves the ownership. */
    APEX_OK(Kind.PROVEN),
    /** A CNAME chain leads to the target that all tenants share, and the TXT record proves the ownership. */
    SHARED_TARGET_OK(Kind.PROVEN),
    /** Cloudflare's proxy stands in front; the TXT record proves the ownership. */
    CLOUDFLARE_PROXIED(Kind.PROVEN_WITH_WARNING),
    /** There is nothing at the name that leads anywhere. */
    NO_RECORDS(Kind.WRONG),
    /** A CNAME chain leads to somebody else. */
    CNAME_ELSEWHERE(Kind.WRONG),
    /** A CNAME chain leads to the target of another tenant. */
    CNAME_OTHER_TENANT(Kind.WRONG),
    /** A CNAME chain never ends, or is too long. */
    CNAME_LOOP(Kind.WRONG),
    /** Its addresses are somebody else's. */
    ADDRESS_ELSEWHERE(Kind.WRONG),
    /** The IPv4 addresses are ours, an IPv6 address isn't. */
    STALE_AAAA(Kind.HINDERED),
    /** The name leads to us, but the TXT record isn't there. */
    TXT_MISSING(Kind.WRONG),
    /** The name leads to us, but the TXT record has another value. */
    TXT_WRONG(Kind.WRONG),
    /** A CAA record forbids our certificate authority. */
    CAA_REFUSES(Kind.HINDERED),
    /** No answer, or none that says anything. */
    DNS_UNAVAILABLE(Kind.UNKNOWN),
    /** The zone's DNSSEC signatures don't hold, so that validating resolvers give no answer. */
    DNSSEC_BROKEN(Kind.UNKNOWN);

    /** What a finding means for the hostname. */
    public enum Kind {
        /** It leads to us, and its ownership is proven. */
        PROVEN,
        /** So it is, but something should be changed. */
        PROVEN_WITH_WARNING,
        /** It leads to us, but a new certificate may be refused: it isn't begun with, but one that is served stays so. */
        HINDERED,
        /** The customer must change something. */
        WRONG,
        /** It couldn't be asked; that changes nothing. */
        UNKNOWN
    }

    private final Kind kind;

    FindingCode(Kind kind) {
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** The word in the table, in answers and in events. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The code with this word. */
    public static Optional<FindingCode> of(String text) {
        return Arrays.stream(values()).filter(code -> code.text().equals(text)).findFirst();
    }
}
