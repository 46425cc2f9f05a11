/** What is to be deployed, as one file says it. */
package dev.anyhost.infra.config;
