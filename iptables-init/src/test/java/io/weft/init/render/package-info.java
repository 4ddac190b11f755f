/** Tests. */
@NullMarked
package io.weft.init.render;

import org.jspecify.annotations.NullMarked;
