/**
 * {@code weft demo}: a shop of unmodified programs in the lab, and the facts that the mesh has to make true.
 *
 * <p>Receives the files in {@code examples/shop}; hands on one line per fact, and an exit status; must never print what
 * it has not seen.
 */
@NullMarked
package io.weft.examples.demo;

import org.jspecify.annotations.NullMarked;
