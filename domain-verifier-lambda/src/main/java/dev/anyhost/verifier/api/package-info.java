/** The domains API: what a SaaS company's own software and its people change the whitelist with. */
package dev.anyhost.verifier.api;
