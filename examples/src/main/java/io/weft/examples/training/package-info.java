/**
 * The training of the proxy's class cache: receives a command line and where the cache goes, hands on a cache of what a
 * sidecar loads on its real path. It must never be part of a program that carries traffic.
 */
@NullMarked
package io.weft.examples.training;

import org.jspecify.annotations.NullMarked;
