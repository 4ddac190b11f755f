/** Tests. */
@NullMarked
package io.weft.init;

import org.jspecify.annotations.NullMarked;
