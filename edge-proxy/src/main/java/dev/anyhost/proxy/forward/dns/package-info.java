/** Origins' names: looked up without blocking, remembered for as long as DNS says, and kept when DNS fails. */
package dev.anyhost.proxy.forward.dns;
