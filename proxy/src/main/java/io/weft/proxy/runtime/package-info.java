/**
 * Where the parts come together: event loops, listeners, clusters, and the pipelines of accepted connections.
 * Receives snapshots; applies each to every event loop in an order that breaks nothing.
 * Must never decide anything about a request.
 */
@NullMarked
package io.weft.proxy.runtime;

import org.jspecify.annotations.NullMarked;
