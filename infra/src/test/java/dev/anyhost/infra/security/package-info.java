/** What protects a deployment: a table of properties for each part, with what would take each of them away. */
package dev.anyhost.infra.security;
