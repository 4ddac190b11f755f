package io.weft.proxy.xds;

import java.util.List;

/** The text of a NACK: every rejected resource with the field's path, bounded. */
final class ErrorDetail {

    /** Characters. A control plane keeps this text per proxy. */
    static final int MAX_LENGTH = 4096;

    private ErrorDetail() {}

    static String of(List<Judged.Rejected> rejected) {
        StringBuilder text = new StringBuilder();
        for (Judged.Rejected bad : rejected) {
            if (text.length() > MAX_LENGTH) {
                break;
            }
            text.append(text.isEmpty() ? "" : "; ");
            if (!bad.name().isEmpty() && !bad.reason().contains("[" + bad.name() + "]")) {
                text.append(bad.name()).append(": ");
            }
            text.append(bad.reason());
        }
        return bounded(text.toString());
    }

    static String bounded(String text) {
        return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH - 1) + "…";
    }
}
