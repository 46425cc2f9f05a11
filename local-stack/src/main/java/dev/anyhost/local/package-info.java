/** The whole system on one machine, and the command line. */
package dev.anyhost.local;
