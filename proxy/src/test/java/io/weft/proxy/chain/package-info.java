@NullMarked
package io.weft.proxy.chain;

import org.jspecify.annotations.NullMarked;
