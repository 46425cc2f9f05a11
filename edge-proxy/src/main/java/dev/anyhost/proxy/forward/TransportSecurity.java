package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Policy;
import java.util.Optional;

/**
 * Our {@code Strict-Transport-Security} (RFC 6797): one field a response, and only over TLS (sections 6.1 and 7.2). A
 * max-age of 0 makes clients forget what they were told before.
 *
 * @param value the field's value
 */
record TransportSecurity(String value) {

    static final String NAME = "Strict-Transport-Security";

    /** What the hostname's owner wants said; empty where nothing, or where clients don't speak TLS. */
    static Optional<TransportSecurity> of(Policy policy, ForwardSettings settings) {
        return settings.scheme().equals("https")
                ? policy.hsts().map(age -> new TransportSecurity("max-age=" + age.toSeconds()))
                : Optional.empty();
    }

    /** With its line end. */
    String line() {
        return NAME + ": " + value + "\r\n";
    }

    SmallResponse in(SmallResponse response) {
        return response.with(NAME, value);
    }
}
