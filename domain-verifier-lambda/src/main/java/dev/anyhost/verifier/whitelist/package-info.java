/** Which hostnames are whose, in one DynamoDB table; the only room that knows its types and attribute names. */
package dev.anyhost.verifier.whitelist;
