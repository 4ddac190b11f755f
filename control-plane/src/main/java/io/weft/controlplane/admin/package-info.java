/**
 * What an operator can see of a control plane, over HTTP: {@code /ready}, {@code /metrics} and the pages below {@code /debug/}.
 * Receives the state of the other packages, hands text and JSON on.
 * Must never change anything, show a secret, or open a debug page to another machine.
 */
@NullMarked
package io.weft.controlplane.admin;

import org.jspecify.annotations.NullMarked;
