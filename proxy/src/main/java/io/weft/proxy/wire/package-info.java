/**
 * Envoy's API as data: receives bytes, hands on messages that are asked for their fields by name, and gives them back as
 * bytes or JSON. It knows how a message is written and nothing of what it means; it must never decide whether a field is
 * supported. No class is generated per message, because those of the whole API cost a proxy more memory than its work.
 */
@NullMarked
package io.weft.proxy.wire;

import org.jspecify.annotations.NullMarked;
