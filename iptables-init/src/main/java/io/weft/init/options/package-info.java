/**
 * Receives flags and environment variables as text, with istio-iptables' names.
 *
 * <p>Hands on {@link io.weft.init.options.Options}: checked, immutable, every list typed. An error names the flag, the
 * offending value and what was expected.
 *
 * <p>Must never know how a rule is written, nor read anything but the text it is given and the account files.
 */
@NullMarked
package io.weft.init.options;

import org.jspecify.annotations.NullMarked;
