/** How every AWS call of the store is limited in time. */
package dev.anyhost.store.aws;
