/** From a ClientHello to a certificate or an alert. */
package dev.anyhost.proxy.handshake;
