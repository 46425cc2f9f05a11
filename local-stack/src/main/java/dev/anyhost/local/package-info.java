/** The whole system on one machine. */
package dev.anyhost.local;
