/** From a visitor's request to the origin and back. */
package dev.anyhost.proxy.forward;
