package io.weft.proxy.xds;

/** The wire of the ADS stream. */
interface AdsTransport extends AutoCloseable {

    /**
     * Opens a stream beside those that are open. The receiver is called on the thread of xDS only, never before this returns.
     *
     * @throws IllegalStateException when it cannot even be tried now; the message says what is missing
     */
    Stream open(Receiver receiver);

    @Override
    void close();

    interface Stream {
        void send(Request request);

        /** Ends it; the receiver hears nothing more. */
        void close();
    }

    interface Receiver {
        /** Requests may be sent: the control plane has taken the connection, and the certificate with it. */
        void connected();

        /** The next response is read only after this returns: the client reads as fast as it applies. */
        void received(Event event);

        void closed(String reason, Ending ending);
    }
}
