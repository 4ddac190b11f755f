/**
 * Who this proxy is: its key, made here and never sent; its SVID, from the control plane or from files; its renewal.
 *
 * <p>Receives a join token, a certificate service or a folder; hands on the secrets {@code default} and {@code ROOTCA}.
 * Must never let an expired certificate serve, trust a server on first use without a pin, or show a key.
 */
@NullMarked
package io.weft.proxy.identity;

import org.jspecify.annotations.NullMarked;
