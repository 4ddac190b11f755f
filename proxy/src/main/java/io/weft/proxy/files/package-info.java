/**
 * Key material that others keep in files beside the proxy, and change there.
 *
 * <p>Receives names that mean files, as Istio's agent answers them over SDS; hands on secrets, read again when the files change.
 * Must never show what is in a key, take half of a change, or let go of what was good because a file is gone.
 */
@NullMarked
package io.weft.proxy.files;

import org.jspecify.annotations.NullMarked;
