package dev.anyhost.proxy.issuance;

/** Gets certificates from one authority. */
public interface Issuer {

    /** The directory URL (RFC 8555 section 7.1.1), which is also how certificates and orders name their issuer. */
    String directory();

    /** Makes one attempt. It blocks, for minutes if need be: for virtual threads only. Any number may run at a time. */
    IssuanceOutcome issue(IssuanceRequest request);
}
