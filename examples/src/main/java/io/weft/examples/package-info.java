/** The lab. */
@NullMarked
package io.weft.examples;

import org.jspecify.annotations.NullMarked;
