/** Orders certificates from an ACME authority (RFC 8555): the only room that knows acme4j. */
package dev.anyhost.proxy.issuance;
