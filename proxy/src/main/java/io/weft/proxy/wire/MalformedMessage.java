package io.weft.proxy.wire;

import java.io.IOException;

/** Bytes that are not the message they were said to be. */
public final class MalformedMessage extends IOException {

    private static final long serialVersionUID = 1;

    MalformedMessage(String what) {
        super(what);
    }
}
