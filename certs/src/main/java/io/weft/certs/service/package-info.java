/**
 * The wire contract of Istio's certificate service.
 *
 * <p>Receives and hands on messages of {@code istio.v1.auth.IstioCertificateService}; used by the proxy as client and by
 * the control plane as server; must never decide about a request.
 */
@NullMarked
package io.weft.certs.service;

import org.jspecify.annotations.NullMarked;
