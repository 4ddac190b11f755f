/** The life of an identity. */
@NullMarked
package io.weft.certs;

import org.jspecify.annotations.NullMarked;
