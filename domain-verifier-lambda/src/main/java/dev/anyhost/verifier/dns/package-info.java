/** What a hostname's DNS says, and what that means for who registered it. */
package dev.anyhost.verifier.dns;
