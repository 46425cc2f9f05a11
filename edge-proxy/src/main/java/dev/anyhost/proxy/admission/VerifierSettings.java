package dev.anyhost.proxy.admission;

import java.net.URI;
import java.time.Duration;

/**
 * Where and how to ask.
 *
 * @param url the verifier; {@code domain} is added to its query
 * @param auth how requests are authorised
 * @param region the region to sign for when the URL's host doesn't tell
 * @param timeout for one ask in all
 */
public record VerifierSettings(URI url, Auth auth, String region, Duration timeout) {

    /** {@code AWS_IAM}: AWS Signature Version 4 for the service {@code lambda}. */
    public enum Auth {
        AWS_IAM,
        NONE
    }
}
