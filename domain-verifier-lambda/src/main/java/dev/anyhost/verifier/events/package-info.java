/** What happened to hostnames, told to the operator's own systems. */
package dev.anyhost.verifier.events;
