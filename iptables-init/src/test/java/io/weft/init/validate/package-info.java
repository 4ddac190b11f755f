/** Tests. */
@NullMarked
package io.weft.init.validate;

import org.jspecify.annotations.NullMarked;
