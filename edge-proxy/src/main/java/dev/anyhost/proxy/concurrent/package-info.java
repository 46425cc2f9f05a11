/** The one crossing between event loops and virtual threads. */
package dev.anyhost.proxy.concurrent;
