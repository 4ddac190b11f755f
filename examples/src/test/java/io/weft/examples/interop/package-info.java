/** Other people's software on the other side of our xDS, and our proxy on other people's. */
@NullMarked
package io.weft.examples.interop;

import org.jspecify.annotations.NullMarked;
