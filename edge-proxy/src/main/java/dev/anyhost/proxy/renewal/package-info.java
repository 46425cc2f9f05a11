/** What is due for renewal, and who sees to it: the policy is pure, the loop shares its work with the other instances. */
@NullMarked
package dev.anyhost.proxy.renewal;

import org.jspecify.annotations.NullMarked;
