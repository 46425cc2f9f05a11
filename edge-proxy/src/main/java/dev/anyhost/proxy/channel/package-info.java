/** What Netty's channels lack. */
package dev.anyhost.proxy.channel;
