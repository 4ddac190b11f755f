/**
 * The certificate service: who gets a certificate, and the control plane's own one.
 * Receives requests of {@code istio.v1.auth.IstioCertificateService}, hands certificates and the trust bundle on.
 * Must never take a name from a request, tell a caller why it was refused, or let an identity be renewed as another.
 */
@NullMarked
package io.weft.controlplane.issue;

import org.jspecify.annotations.NullMarked;
