/**
 * Clusters whose endpoints are DNS names: resolved again and again, off the event loops.
 * Receives snapshots; hands on the same snapshots with addresses in the place of names.
 * Must never let a failed resolution take away addresses that were known (fault case R24).
 */
@NullMarked
package io.weft.proxy.dns;

import org.jspecify.annotations.NullMarked;
