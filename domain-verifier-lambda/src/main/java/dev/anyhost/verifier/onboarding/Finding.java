package dev.anyhost.verifier.onboarding;

/**
 * What one check of a hostname's DNS found.
 *
 * @param message one sentence for the customer: what was seen, and what to change
 */
public record Finding(FindingCode code, String message) {

    private static final int LONGEST_MESSAGE = 1_000;

    /** Cuts a message over 1,000 characters: parts of it come from other people's DNS. */
    public Finding {
        message = message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) : message;
    }

    /** What the finding means for the hostname. */
    public FindingCode.Kind kind() {
        return code.kind();
    }
}
