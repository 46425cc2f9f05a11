/** Strict HTTP/1.1 (RFC 9112) on bytes, both sides: heads, framing, chunks. Knows buffers but no pipelines. */
package dev.anyhost.proxy.http1;
