/** Tests of the lab, and of unmodified programs in it. */
@NullMarked
package io.weft.examples.lab;

import org.jspecify.annotations.NullMarked;
