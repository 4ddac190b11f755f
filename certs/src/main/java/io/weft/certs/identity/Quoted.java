package io.weft.certs.identity;

/** Untrusted text made safe for a log line: quoted, shortened, and with everything outside printable ASCII escaped. */
final class Quoted {
    private static final int MAX_CHARS = 120;

    private Quoted() {}

    static String of(String value) {
        StringBuilder quoted = new StringBuilder(Math.min(value.length(), MAX_CHARS) + 8).append('\'');
        for (int i = 0; i < Math.min(value.length(), MAX_CHARS); i++) {
            char c = value.charAt(i);
            if (c >= 0x20 && c < 0x7f && c != '\'' && c != '\\') {
                quoted.append(c);
            } else {
                quoted.append(String.format("\\u%04x", (int) c));
            }
        }
        return quoted.append(value.length() > MAX_CHARS ? "…'" : "'").toString();
    }
}
