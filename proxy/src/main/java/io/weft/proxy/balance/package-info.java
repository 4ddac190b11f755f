/**
 * Which endpoint the next request or connection goes to. Receives endpoints as discovery told them, and candidates that
 * know how busy they are; hands on a {@link io.weft.proxy.balance.Picker}, replaced as a whole when endpoints change.
 * Must never connect, wait, or be shared between event loops.
 */
@NullMarked
package io.weft.proxy.balance;

import org.jspecify.annotations.NullMarked;
