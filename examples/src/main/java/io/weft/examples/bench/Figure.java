package io.weft.examples.bench;

/** What is measured. */
enum Figure implements Quantity {
    REQUESTS_PER_SECOND("requests/s", 0),
    CPU_PER_10K("CPU s per 10,000 requests", 3),
    CPU_PER_GB("CPU s per GB", 3),
    P50("p50 ms, saturated", 2),
    P99("p99 ms, saturated", 2),
    OPEN_P50("p50 ms at 1,000/s", 2),
    OPEN_P90("p90 ms at 1,000/s", 2),
    OPEN_P99("p99 ms at 1,000/s", 2),
    OPEN_P999("p99.9 ms at 1,000/s", 2),
    HALF_RATE("requests/s, half of the slowest's", 0),
    HALF_P50("p50 ms at that rate", 2),
    HALF_P90("p90 ms at that rate", 2),
    HALF_P99("p99 ms at that rate", 2),
    HALF_P999("p99.9 ms at that rate", 2),
    FIRST_ANSWER("ms from exec to first answer", 0),
    READY("ms from exec to ready", 0),
    FIRST_P99("p99 ms of the first 1,000 requests", 2),
    STEADY_P99("p99 ms of 1,000/s when warm", 2),
    FIRST_BY_STEADY("  the first by the steady", 1),
    RSS_IDLE("RSS MB idle", 1),
    RSS_LOADED("RSS MB loaded", 1),
    RSS_USED("RSS MB, all clusters in use", 1),
    RSS_AFTER("RSS MB afterwards", 1),
    PSS_IDLE("Pss MB idle", 1),
    PSS_LOADED("Pss MB loaded", 1),
    PSS_USED("Pss MB, all clusters in use", 1),
    PSS_AFTER("Pss MB afterwards", 1),
    DIRTY_IDLE("Private_Dirty MB idle", 1),
    DIRTY_LOADED("Private_Dirty MB loaded", 1),
    DIRTY_USED("Private_Dirty MB, all clusters in use", 1),
    DIRTY_AFTER("Private_Dirty MB afterwards", 1),
    ERRORS("errors", 0);

    private final String title;
    private final int decimals;

    Figure(String title, int decimals) {
        this.title = title;
        this.decimals = decimals;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public int decimals() {
        return decimals;
    }

    /** Whether it is also shown as a multiple of the peers' figure. */
    boolean compared() {
        return switch (this) {
            case CPU_PER_10K, CPU_PER_GB, FIRST_ANSWER, READY, RSS_LOADED, RSS_USED -> true;
            default -> false;
        };
    }

    /** Whether it is also shown less what it is with one cluster. */
    boolean grows() {
        return this == RSS_IDLE || this == RSS_LOADED || this == RSS_USED;
    }

    /** Whether it is also shown less what it is without a proxy. */
    boolean added() {
        return this == OPEN_P99 || this == HALF_P99;
    }
}
