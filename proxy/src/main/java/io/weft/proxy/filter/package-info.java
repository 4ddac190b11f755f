/**
 * HTTP filters, made once per filter chain from their records.
 * Receives a request's head and who asks; hands on nothing, or why the request is refused.
 * Must never change framing, and never allow where it could not decide.
 */
@NullMarked
package io.weft.proxy.filter;

import org.jspecify.annotations.NullMarked;
