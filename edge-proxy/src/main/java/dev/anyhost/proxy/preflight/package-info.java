/** What is looked at before an order is spent on a hostname: where its DNS leads, who may issue, and who answers there. */
package dev.anyhost.proxy.preflight;
