package dev.anyhost.verifier.api;

import java.util.Optional;

/** Who makes a request. */
interface Callers {

    /** Empty when the request doesn't prove whose it is. Total. */
    Optional<Caller> of(ApiRequest request);

    /** What a request must bring, as a {@code WWW-Authenticate} header (RFC 9110 section 11.6.1) says it. */
    String challenge();

    /**
     * Whoever AWS has let through to the function, which is for operators. A URL that was configured to let everybody
     * through brings no signer, and so nobody.
     */
    static Callers iam() {
        return new Callers() {
            @Override
            public Optional<Caller> of(ApiRequest request) {
                return request.signer().map(_ -> new Caller.Admin());
            }

            @Override
            public String challenge() {
                return "AWS4-HMAC-SHA256";
            }
        };
    }
}
