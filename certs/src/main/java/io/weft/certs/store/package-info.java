/**
 * Files that appear whole or not at all.
 *
 * <p>Receives a path, contents and permissions; hands on the file by an atomic rename; must never leave a secret
 * readable to others, not even for a moment.
 */
@NullMarked
package io.weft.certs.store;

import org.jspecify.annotations.NullMarked;
