/**
 * How a workload that nobody vouches for gets its first certificate: by a join token.
 *
 * <p>Receives an id and a folder; hands on single-use tokens and, for a token, the id it stands for; must never keep or
 * print a secret, and must never let the owners of two keys redeem one token.
 */
@NullMarked
package io.weft.certs.join;

import org.jspecify.annotations.NullMarked;
