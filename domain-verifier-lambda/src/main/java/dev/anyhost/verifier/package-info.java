/** The domain verifier: Lambda handlers over the whitelist table. */
package dev.anyhost.verifier;
