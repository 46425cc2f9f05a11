package dev.anyhost.verifier.api;

import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.time.InstantSource;

/**
 * What the API works on; all of it stays the caller's to close.
 *
 * @param notices where proxies hear of changes
 */
public record DomainTables(Whitelist whitelist, ProxyNotices notices, InstantSource clock) {}
