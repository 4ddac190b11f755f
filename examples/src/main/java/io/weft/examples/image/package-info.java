/**
 * The OCI image: receives the shipped layout and the distribution's packages, hands on one archive with all four programs.
 *
 * <p>The same layout and the same packages give the same bytes. It must never take a file from the machine's own system, and
 * never needs a daemon, a registry or root.
 */
@NullMarked
package io.weft.examples.image;

import org.jspecify.annotations.NullMarked;
