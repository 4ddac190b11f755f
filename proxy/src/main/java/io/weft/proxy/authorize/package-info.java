/**
 * Whether a connection or request may pass. Receives RBAC rules, compiled once per snapshot, who calls, and for HTTP the
 * request head whose path is canonical already; hands on a decision that names the policy.
 * Must never allow what it could not judge, look at a request's body, or answer the client itself.
 */
@NullMarked
package io.weft.proxy.authorize;

import org.jspecify.annotations.NullMarked;
