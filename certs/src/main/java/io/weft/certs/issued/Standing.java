package io.weft.certs.issued;

import java.time.Instant;

/** Where a key stands among those of its id. */
public sealed interface Standing {
    /** It holds the last certificate of its line. */
    record Last() implements Standing {}

    /** Another key has taken its place, and was seen in use. */
    record Replaced(Instant since) implements Standing {}

    /** Nothing was issued to it for this id, or that is long over, or the operator has removed the record. */
    record Unknown() implements Standing {}
}
