/**
 * From Envoy's protobuf messages to the records of {@code config}. Receives one resource at a time; hands on a record or
 * an {@link io.weft.proxy.xds.parse.InvalidResource} that names the field. Must never ignore a field in silence, keep a
 * protobuf message, or let one bad resource spoil another.
 */
@NullMarked
package io.weft.proxy.xds.parse;

import org.jspecify.annotations.NullMarked;
