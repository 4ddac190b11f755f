package io.weft.proxy.xds.parse;

import io.weft.proxy.wire.Message;

/** From one kind of message to one kind of record. */
@FunctionalInterface
interface Parse<R> {

    /**
     * @param path where the message stands
     * @throws InvalidResource naming the field
     */
    R parse(Message message, FieldPath path, Reading reading);
}
