/** Tests. */
@NullMarked
package io.weft.init.options;

import org.jspecify.annotations.NullMarked;
