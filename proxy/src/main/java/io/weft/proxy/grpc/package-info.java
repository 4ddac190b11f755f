/**
 * gRPC's client over HTTP/2: receives where to call and what to send, hands on messages as bytes and how the call ended.
 * It must never read a message or decide when to call again.
 */
@NullMarked
package io.weft.proxy.grpc;

import org.jspecify.annotations.NullMarked;
