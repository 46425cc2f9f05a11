/** The proxy process. */
package dev.anyhost.proxy;
