/** Envelope encryption of what the store keeps secret. */
package dev.anyhost.store.encryption;
