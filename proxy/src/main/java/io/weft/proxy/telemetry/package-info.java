/**
 * What is told of the traffic: access logs, counters, Prometheus text.
 * Receives ended exchanges and connections on their event loops; hands on lines to one writer thread and numbers to whoever asks.
 * Must never block an event loop, nor grow with what clients send.
 */
@NullMarked
package io.weft.proxy.telemetry;

import org.jspecify.annotations.NullMarked;
