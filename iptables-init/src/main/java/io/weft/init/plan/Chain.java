package io.weft.init.plan;

/** Every chain that is ours, by Istio's names. No other chain is ever created, flushed or removed. */
public enum Chain {
    ISTIO_DROP(Table.MANGLE),
    ISTIO_INBOUND(Table.NAT),
    ISTIO_IN_REDIRECT(Table.NAT),
    ISTIO_OUTPUT(Table.NAT),
    ISTIO_REDIRECT(Table.NAT);

    private final Table table;

    Chain(Table table) {
        this.table = table;
    }

    public Table table() {
        return table;
    }
}
