/** Anyhost and Caddy side by side in one run, each as its users run it; {@code scripts/benchmark} is the way in. */
package dev.anyhost.benchmarks;
