/**
 * Where a request goes. Receives a path as bytes, a request head, and the route table of the snapshot; hands on the
 * canonical path, and the route that matched with what it makes of path and location. Compiled once per table.
 * Must never read anything of a request but {@link io.weft.proxy.http.RequestHead}, keep state, or know a cluster.
 */
@NullMarked
package io.weft.proxy.route;

import org.jspecify.annotations.NullMarked;
