@NullMarked
package io.weft.proxy.authorize;

import org.jspecify.annotations.NullMarked;
