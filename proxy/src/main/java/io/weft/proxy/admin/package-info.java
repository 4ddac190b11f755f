/**
 * Envoy's admin interface, the small pages that platforms and scrapers ask for, and the program's course from start to end.
 * Receives views of the running proxy; hands on text to operators on a thread of its own.
 * Must never run on a worker, show key material, or change anything but by POST.
 */
@NullMarked
package io.weft.proxy.admin;

import org.jspecify.annotations.NullMarked;
