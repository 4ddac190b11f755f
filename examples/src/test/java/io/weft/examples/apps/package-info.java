/** Tests of the applications. */
@NullMarked
package io.weft.examples.apps;

import org.jspecify.annotations.NullMarked;
