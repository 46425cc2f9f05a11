/** Who may use this proxy: the verifier's client and what is remembered of its verdicts. */
package dev.anyhost.proxy.admission;
