/** A DynamoDB global table out of several databases, for tests that choose when a write reaches the other regions. */
package dev.anyhost.testkit.replication;
