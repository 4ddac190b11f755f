/** Tests of the image. */
@NullMarked
package io.weft.examples.image;

import org.jspecify.annotations.NullMarked;
