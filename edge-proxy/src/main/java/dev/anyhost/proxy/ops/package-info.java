/** What an operator sees of the process: health, metrics, logs, and the state of draining. */
package dev.anyhost.proxy.ops;
