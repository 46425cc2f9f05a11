package dev.anyhost.verifier.api;

/**
 * One DNS record that a customer creates.
 *
 * @param name in full, in ASCII, without a trailing dot
 * @param value as in a zone file, but without quotes or a trailing dot
 * @param alternative whether it is to be had instead of the CNAME, where there can't be one: at a zone's apex
 */
public record DnsRecord(String type, String name, String value, boolean alternative) {}
