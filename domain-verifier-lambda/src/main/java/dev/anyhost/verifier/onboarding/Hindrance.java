package dev.anyhost.verifier.onboarding;

/**
 * Why a proxy didn't order a certificate for a hostname that is allowed: what it saw just before.
 *
 * @param served whether a former certificate is served meanwhile
 */
public record Hindrance(Finding finding, boolean served) {}
