/**
 * Receives rules as data, and what a tool printed about the kernel's state.
 *
 * <p>Hands on text for iptables-restore and for nft, and says what of the state is ours and how it differs.
 *
 * <p>Must never start a process nor decide what is captured.
 */
@NullMarked
package io.weft.init.render;

import org.jspecify.annotations.NullMarked;
