/** Certificates from elsewhere into the store, and from the store to files. */
package dev.anyhost.proxy.migration;
