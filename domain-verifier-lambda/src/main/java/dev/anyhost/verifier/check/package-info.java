/** The scheduled run: checks what is due, delivers what happened. */
package dev.anyhost.verifier.check;
