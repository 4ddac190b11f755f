/**
 * Receives the options whose rules are said to be in the kernel.
 *
 * <p>Hands on, per direction and family, whether a real connection was captured with the destination that it meant.
 *
 * <p>Must never change a rule, nor call a direction proven that no connection has proven.
 */
@NullMarked
package io.weft.init.validate;

import org.jspecify.annotations.NullMarked;
