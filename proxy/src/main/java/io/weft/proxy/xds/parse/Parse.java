package io.weft.proxy.xds.parse;

import com.google.protobuf.Message;

/** From one kind of message to one kind of record. */
@FunctionalInterface
interface Parse<M extends Message, R> {

    /**
     * @param path where the message stands
     * @throws InvalidResource naming the field
     */
    R parse(M message, FieldPath path, Reading reading);
}
