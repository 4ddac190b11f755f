/** Tests. */
@NullMarked
package io.weft.init.apply;

import org.jspecify.annotations.NullMarked;
