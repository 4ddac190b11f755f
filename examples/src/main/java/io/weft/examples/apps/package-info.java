/**
 * Small programs that know nothing of a mesh: a gRPC service and its client, and load that counts errors exactly.
 *
 * <p>Receives addresses on the command line; hands on lines on standard output; must never know that a proxy exists.
 */
@NullMarked
package io.weft.examples.apps;

import org.jspecify.annotations.NullMarked;
