package io.weft.proxy.xds;

import java.util.List;
import java.util.Map;

/**
 * How it stands with the control plane, for the admin interface and readiness.
 *
 * @param connected a stream is open
 * @param delta which variant is spoken; without meaning when nothing is told over xDS
 * @param connects streams that were opened so far
 * @param lastError why the last stream ended or could not be opened; empty for no error since the last answer
 * @param complete everything that was told at first has been shown; never taken back
 * @param waiting what is not shown yet and what it waits for, one line each
 * @param sequence of the last snapshot
 * @param types of each type, what came of its responses
 */
public record XdsStatus(
        boolean connected,
        boolean delta,
        long connects,
        String lastError,
        boolean complete,
        List<String> waiting,
        long sequence,
        Map<ResourceType, Updates> types) {

    public XdsStatus {
        waiting = List.copyOf(waiting);
        types = Map.copyOf(types);
    }

    /**
     * @param accepted responses without a rejected resource
     * @param rejected responses that were answered with a NACK
     * @param lastRejection the last NACK's text; empty for none
     */
    public record Updates(long accepted, long rejected, String lastRejection) {
        static final Updates NONE = new Updates(0, 0, "");

        Updates accept() {
            return new Updates(accepted + 1, rejected, lastRejection);
        }

        Updates reject(String reason) {
            return new Updates(accepted, rejected + 1, reason);
        }
    }
}
