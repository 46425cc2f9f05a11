package dev.anyhost.proxy.issuance;

/**
 * One of the certificate authorities that may be asked.
 *
 * @param budget what it lets us order
 * @param choice which challenge the next attempt at it uses
 */
public record Authority(Issuer issuer, AuthorityBudget budget, ChallengeChoice choice) {}
