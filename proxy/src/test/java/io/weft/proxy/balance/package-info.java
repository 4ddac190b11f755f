@NullMarked
package io.weft.proxy.balance;

import org.jspecify.annotations.NullMarked;
