/**
 * What one event loop owns: its clock, its deadlines, its writes that wait to be flushed, its source of chance.
 * Receives nothing of the network; is handed to everything that runs on that loop.
 * Must never be touched by another thread.
 */
@NullMarked
package io.weft.proxy.worker;

import org.jspecify.annotations.NullMarked;
