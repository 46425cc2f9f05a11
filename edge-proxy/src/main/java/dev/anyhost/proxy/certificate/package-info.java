/** Which certificate a hostname gets: from memory, from the store, or newly issued. */
package dev.anyhost.proxy.certificate;
