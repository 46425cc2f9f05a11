/** What a certificate authority sees when it validates a hostname: http-01 answered from its URL alone, tls-alpn-01 shared. */
package dev.anyhost.proxy.challenge;
