/** Tests. */
@NullMarked
package io.weft.init.netns;

import org.jspecify.annotations.NullMarked;
