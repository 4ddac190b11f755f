@NullMarked
package io.weft.proxy.bootstrap;

import org.jspecify.annotations.NullMarked;
