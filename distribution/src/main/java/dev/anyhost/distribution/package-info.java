/** What is deployed: the command line. */
package dev.anyhost.distribution;
