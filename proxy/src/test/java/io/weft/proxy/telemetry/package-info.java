/** Tests of access logs and numbers. */
@NullMarked
package io.weft.proxy.telemetry;

import org.jspecify.annotations.NullMarked;
