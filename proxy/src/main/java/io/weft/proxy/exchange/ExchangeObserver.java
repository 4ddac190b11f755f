package io.weft.proxy.exchange;

/** Hears of every exchange when it has ended: access logs, metrics. On the exchange's event loop; must not block. */
public interface ExchangeObserver {

    /** @param now {@link System#nanoTime} */
    void ended(ExchangeRecord record, long now);
}
