/** Which keys this process encrypts and decrypts session tickets with. */
package dev.anyhost.proxy.tickets;
