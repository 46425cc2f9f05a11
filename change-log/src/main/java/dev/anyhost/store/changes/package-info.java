/** What must be heard sooner than it would age: changes as rows, one bucket a minute, that every instance reads. */
package dev.anyhost.store.changes;
