package io.weft.init.plan;

/** The tables of netfilter that we write to. */
public enum Table {
    MANGLE("mangle"),
    NAT("nat");

    private final String text;

    Table(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}
