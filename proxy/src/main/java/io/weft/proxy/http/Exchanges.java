package io.weft.proxy.http;

/** Where server ends hand requests to: one per downstream connection. */
public interface Exchanges {

    /**
     * Begins an exchange. The response may be sent within this call.
     *
     * @param request stays with the exchange until the response has ended
     * @param end the request has no body
     */
    RequestReceiver begin(Downstream downstream, Request request, boolean end);

    /**
     * Answers a request that could not be understood, and logs it. The connection is closed afterwards.
     *
     * @param request as far as it was read
     */
    void refuse(Downstream downstream, Request request, BadMessage problem);

    /** Whether connections should end after the exchange at hand. */
    boolean isDraining();

    /** From now on the connection should end as soon as it can without breaking anything off. */
    void drain();
}
