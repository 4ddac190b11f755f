package io.weft.proxy.admin;

import java.util.function.Function;

/**
 * One path.
 *
 * @param effect whether it changes anything: then only POST is taken
 * @param quick answered at once on the admin's event loop; others on a thread that may wait for the workers
 * @param help one line
 */
record Page(String path, Effect effect, boolean quick, String help, Function<AdminRequest, AdminAnswer> answer) {

    enum Effect {
        SHOWS,
        CHANGES
    }

    static Page shows(String path, String help, Function<AdminRequest, AdminAnswer> answer) {
        return new Page(path, Effect.SHOWS, false, help, answer);
    }

    static Page quick(String path, String help, Function<AdminRequest, AdminAnswer> answer) {
        return new Page(path, Effect.SHOWS, true, help, answer);
    }

    static Page changes(String path, String help, Function<AdminRequest, AdminAnswer> answer) {
        return new Page(path, Effect.CHANGES, false, help, answer);
    }
}
