/** The path of a configuration change. */
@NullMarked
package io.weft.controlplane;

import org.jspecify.annotations.NullMarked;
