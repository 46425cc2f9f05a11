/** What all AWS clients need, whoever makes them. */
package dev.anyhost.aws;
