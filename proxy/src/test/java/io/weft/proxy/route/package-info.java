@NullMarked
package io.weft.proxy.route;

import org.jspecify.annotations.NullMarked;
