/** Takes requests from clients to their hostname's origin and brings the responses back; answers small ones itself. */
package dev.anyhost.proxy.forward;
