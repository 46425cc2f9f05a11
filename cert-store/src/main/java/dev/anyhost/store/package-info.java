/** Certificates, challenges, leases and accounts in DynamoDB: blocking calls, results by value, no time but what is passed in. */
package dev.anyhost.store;
