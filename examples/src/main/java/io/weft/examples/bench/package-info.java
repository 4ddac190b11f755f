/**
 * The bench: takes the proxies found on this machine, puts each of them in the same place with the same work to do, and
 * hands on figures. It must never report on a peer whose work it has not checked to be the same, and never leave a
 * process behind.
 */
@NullMarked
package io.weft.examples.bench;

import org.jspecify.annotations.NullMarked;
