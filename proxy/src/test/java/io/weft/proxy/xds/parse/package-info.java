@NullMarked
package io.weft.proxy.xds.parse;

import org.jspecify.annotations.NullMarked;
