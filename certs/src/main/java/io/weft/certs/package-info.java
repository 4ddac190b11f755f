/**
 * The {@code weft certs} command line.
 *
 * <p>Receives arguments and a folder; hands on files and readable text; must never decide anything about an identity
 * itself: it asks {@code authority}, {@code join} and {@code identity}.
 */
@NullMarked
package io.weft.certs;

import org.jspecify.annotations.NullMarked;
