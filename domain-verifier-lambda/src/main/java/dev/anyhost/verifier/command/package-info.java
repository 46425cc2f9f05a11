/** The verifier on the terminal: {@code anyhost verifier} and {@code anyhost domains}. */
package dev.anyhost.verifier.command;
