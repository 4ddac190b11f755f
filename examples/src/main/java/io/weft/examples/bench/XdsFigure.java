package io.weft.examples.bench;

/** What is measured of the control plane. */
enum XdsFigure implements Quantity {
    START("ms from exec to ready, with the folder read", 0),
    CONNECT_LAST("all connect for the first time: ms until the last has everything", 0),
    CONNECT_CPU("… CPU s", 2),
    CONNECT_PEAK("… highest RSS MB since the start", 1),
    CHANGE_LAST("an endpoint changes: ms until the last proxy has it", 1),
    CHANGE_MEDIAN("… ms until half of the proxies have it", 1),
    CHANGE_CPU("… CPU s per change", 3),
    CHANGE_CORES("… cores in use meanwhile", 2),
    CHANGE_RSS("… RSS MB after all changes", 1),
    CHANGE_PEAK("… highest RSS MB since the start", 1),
    RESTART("restart: ms from exec to ready", 0),
    RESTART_LAST("… all come back at once: ms until the last has everything again", 0),
    RESTART_CPU("… CPU s for that, without the start", 2),
    RESTART_PEAK("… highest RSS MB since the start", 1),
    RESTART_RSS("… RSS MB afterwards", 1);

    private final String title;
    private final int decimals;

    XdsFigure(String title, int decimals) {
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
}
