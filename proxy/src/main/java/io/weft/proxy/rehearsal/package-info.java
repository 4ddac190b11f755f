/**
 * The work of a proxy done some hundred times for nobody, before traffic may come: what runs for the first time on a JVM
 * runs many times slower, and those who are served first should not be the ones who wait for it.
 * Receives the first configuration in force; hands on nothing. Runs on threads, ports and counters of its own.
 * Must never touch what carries traffic, nor keep a proxy from becoming ready.
 */
@NullMarked
package io.weft.proxy.rehearsal;

import org.jspecify.annotations.NullMarked;
