/** The stacks, and what they are made of. */
package dev.anyhost.infra.stack;
