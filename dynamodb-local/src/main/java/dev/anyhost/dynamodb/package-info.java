/** DynamoDB Local on loopback, on a class path of its own. */
package dev.anyhost.dynamodb;
