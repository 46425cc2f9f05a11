/**
 * HTTP/1.1 (RFC 9112) on bytes, strictly: what could be read in two ways is rejected. The same parsers read clients and
 * origins.
 */
package dev.anyhost.proxy.http1;
