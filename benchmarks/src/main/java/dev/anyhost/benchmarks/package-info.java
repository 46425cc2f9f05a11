/** Measured beside Caddy, nginx and HAProxy. */
package dev.anyhost.benchmarks;
