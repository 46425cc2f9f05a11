/** What HTTP/2 says differently: requests and their fields, and what its frames may cost. Beside {@code http1}. */
package dev.anyhost.proxy.http2;
