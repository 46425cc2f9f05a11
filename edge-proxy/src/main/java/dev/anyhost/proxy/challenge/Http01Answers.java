package dev.anyhost.proxy.challenge;

import java.util.Optional;

/**
 * Answers http-01 validations (RFC 8555 section 8.3) without any state: the answer is the token out of the URL and the
 * thumbprint of the one account key, so that every instance in every region gives it. It can't help anybody else: an
 * authority only takes it for an order of our own account.
 */
public final class Http01Answers {

    /** What a validation's path starts with; the rest is the token. */
    public static final String PATH_PREFIX = "/.well-known/acme-challenge/";

    private static final int MIN_TOKEN = 22;
    private static final int MAX_TOKEN = 128;

    private final AccountThumbprint thumbprint;

    public Http01Answers(AccountThumbprint thumbprint) {
        this.thumbprint = thumbprint;
    }

    /**
     * The body for a token, to be sent with status 200. Total: any input gives an answer.
     *
     * @param token what the client asked for; at least 128 bits in base64url (RFC 8555 section 8.3), so 22 characters
     * @return the body, or empty when no authority would have made this token
     */
    public Optional<String> answer(CharSequence token) {
        if (!isToken(token)) {
            return Optional.empty();
        }
        return Optional.of(thumbprint.keyAuthorization(token.toString()));
    }

    private static boolean isToken(CharSequence text) {
        if (text.length() < MIN_TOKEN || text.length() > MAX_TOKEN) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean allowed =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!allowed) {
                return false;
            }
        }
        return true;
    }
}
