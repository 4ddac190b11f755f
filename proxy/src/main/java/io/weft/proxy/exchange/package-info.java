/**
 * One request and its answer, from the client's bytes to the endpoint's and back.
 * Receives a request from a server end; hands it through filters and the route table to a stream of a pool, and the answer back.
 * Must never know which version of HTTP is spoken on either side.
 */
@NullMarked
package io.weft.proxy.exchange;

import org.jspecify.annotations.NullMarked;
