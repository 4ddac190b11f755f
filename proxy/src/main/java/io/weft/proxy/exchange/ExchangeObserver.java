package io.weft.proxy.exchange;

/** Hears of every exchange: access logs, metrics. On the exchange's event loop; must not block. */
public interface ExchangeObserver {

    /** A request's head has come; nothing is decided yet. */
    default void began(ExchangeRecord record) {}

    /**
     * The exchange has ended.
     *
     * @param now {@link System#nanoTime}
     */
    void ended(ExchangeRecord record, long now);
}
