/** What the DNS says of a hostname, for the checks of the domain service and for the proxies before they order. */
package dev.anyhost.dns;
