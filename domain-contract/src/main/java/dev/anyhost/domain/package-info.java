/** What a hostname is, and what the proxy and the domain verifier say to each other. */
package dev.anyhost.domain;
