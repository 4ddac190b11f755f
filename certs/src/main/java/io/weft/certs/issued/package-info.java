/**
 * Which keys hold the last certificate of their line, so that a workload can come back after its certificate ran out.
 *
 * <p>Receives what an authority has issued, and by which key it was asked; hands on whether a key was the last of its
 * line; must never keep a key itself, and must never let one back that was replaced.
 */
@NullMarked
package io.weft.certs.issued;

import org.jspecify.annotations.NullMarked;
