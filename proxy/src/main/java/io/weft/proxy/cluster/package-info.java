/**
 * Clusters as one event loop sees them: which endpoints there are, which is next, and their pools.
 * Receives a cluster's name and the snapshot; hands on an endpoint with a way to get a stream on it.
 * Must never look anything up outside its own event loop.
 */
@NullMarked
package io.weft.proxy.cluster;

import org.jspecify.annotations.NullMarked;
