/** Tests of the admin interface and of the program's course. */
@NullMarked
package io.weft.proxy.admin;

import org.jspecify.annotations.NullMarked;
