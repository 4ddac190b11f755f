/**
 * What the control plane counts, under Istio's names, in Prometheus' text format.
 * Receives counts and durations from every other package, hands on the text of {@code /metrics}.
 * Must never hold more series than its limit, and never anything secret or a proxy's free text as a label.
 */
@NullMarked
package io.weft.controlplane.telemetry;

import org.jspecify.annotations.NullMarked;
