/** Sockets, and the handlers of a connection in their order. */
package dev.anyhost.proxy.listen;
