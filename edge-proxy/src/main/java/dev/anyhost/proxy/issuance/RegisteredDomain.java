package dev.anyhost.proxy.issuance;

import com.google.common.net.InternetDomainName;
import dev.anyhost.domain.Hostname;

/**
 * The unit that authorities count certificates by: one label below a public suffix (publicsuffix.org), so that the customers
 * of a shared suffix don't stand in each other's way.
 */
public final class RegisteredDomain {

    private RegisteredDomain() {}

    /** Under a suffix that isn't listed, a registered domain has two labels, as the list's own rule says. */
    public static String of(Hostname hostname) {
        String value = hostname.value();
        if (InternetDomainName.isValid(value)) {
            InternetDomainName name = InternetDomainName.from(value);
            if (name.isUnderPublicSuffix()) {
                return name.topPrivateDomain().toString();
            }
            if (name.isPublicSuffix()) {
                return value;
            }
        }
        int top = value.lastIndexOf('.');
        return value.substring(value.lastIndexOf('.', top - 1) + 1);
    }
}
