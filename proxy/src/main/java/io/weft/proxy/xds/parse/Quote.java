package io.weft.proxy.xds.parse;

/** Values from outside, made fit for one line of an error. */
final class Quote {

    private static final int LONGEST = 120;

    private Quote() {}

    static String of(String value) {
        return '"' + shortened(value) + '"';
    }

    /** Control characters are shown as {@code ?}, so that a value cannot forge a line of a log. */
    static String shortened(String value) {
        String head = value.length() <= LONGEST ? value : value.substring(0, LONGEST) + "…";
        for (int i = 0; i < head.length(); i++) {
            if (Character.isISOControl(head.charAt(i))) {
                return head.chars()
                        .map(c -> Character.isISOControl(c) ? '?' : c)
                        .collect(StringBuilder::new, (text, c) -> text.append((char) c), StringBuilder::append)
                        .toString();
            }
        }
        return head;
    }
}
