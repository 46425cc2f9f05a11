/** Real parts on loopback for tests and for the local stack. */
package dev.anyhost.testkit;
