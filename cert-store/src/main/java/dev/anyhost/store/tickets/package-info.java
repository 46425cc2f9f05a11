/** The keys of TLS session tickets and when each of them is used: pure, no store and no time but what is passed in. */
package dev.anyhost.store.tickets;
