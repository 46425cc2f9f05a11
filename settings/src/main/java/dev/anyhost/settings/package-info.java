/** Configuration files: YAML with environment variables, read into typed values with all mistakes reported at once. */
package dev.anyhost.settings;
