/**
 * Who is calling: the control plane's TLS, and the identity that a call's certificate proves.
 * Receives TLS sessions, hands on a {@link io.weft.controlplane.caller.Caller} with every call.
 * Must never take an identity from anything that the caller merely says.
 */
@NullMarked
package io.weft.controlplane.caller;

import org.jspecify.annotations.NullMarked;
