/** The path of a connection. */
@NullMarked
package io.weft.proxy;

import org.jspecify.annotations.NullMarked;
