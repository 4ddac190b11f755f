/**
 * The lab: pods as network namespaces on a bridge, with init, a sidecar and an application each, and a control plane.
 *
 * <p>Receives what to build; hands on pods to run programs in, captures and logs; must never touch the root namespace's
 * network, and must never leave behind what it made.
 */
@NullMarked
package io.weft.examples.lab;

import org.jspecify.annotations.NullMarked;
