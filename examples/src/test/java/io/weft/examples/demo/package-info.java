/** Tests of the demo: its facts, and unmodified programs in its mesh. */
@NullMarked
package io.weft.examples.demo;

import org.jspecify.annotations.NullMarked;
