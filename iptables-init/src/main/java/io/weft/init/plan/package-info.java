/**
 * Receives {@link io.weft.init.options.Options}.
 *
 * <p>Hands on the rules as data, per family of addresses: chains, typed matches, a target and a reason for each.
 *
 * <p>Must never know a tool's syntax, nor the state of the kernel.
 */
@NullMarked
package io.weft.init.plan;

import org.jspecify.annotations.NullMarked;
