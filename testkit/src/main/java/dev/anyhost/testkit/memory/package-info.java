/** DynamoDB in a map, for tests that make too many calls for DynamoDB Local or that choose the order of all of them. */
package dev.anyhost.testkit.memory;
