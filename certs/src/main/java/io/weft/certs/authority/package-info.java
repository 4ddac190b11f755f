/**
 * The authority that gives out identities.
 *
 * <p>Receives a request, the authenticated caller's id and a lifetime; hands on a chain or the reason of a refusal; must
 * never take a name from a request, and must never let its key out of its folder.
 */
@NullMarked
package io.weft.certs.authority;

import org.jspecify.annotations.NullMarked;
