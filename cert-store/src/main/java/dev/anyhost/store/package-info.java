/** Certificates, challenges, leases and accounts in DynamoDB. */
package dev.anyhost.store;
