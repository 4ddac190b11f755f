/**
 * {@code weft init}: from options to rules, in the network namespace that it is started in.
 *
 * <p>Receives istio-iptables' flags and environment names; hands on kernel rules that redirect TCP into the proxy, and
 * an exit status. Must never do anything that needs more than {@code NET_ADMIN}, and never leave a family of addresses
 * uncaptured without saying so.
 *
 * <p>The steps, each in a package of its own: {@code options} (text to records) → {@code plan} (records to rules, as
 * data) → {@code render} (rules to the text of a tool) → {@code apply} (the only package that starts processes) →
 * {@code validate} (connections that prove the rules).
 *
 * <p>The walk of a packet, for IPv4; IPv6 is the same with {@code ::1} and {@code ::6}:
 *
 * <pre>
 *  app (any uid but the proxy's)                          a peer outside of the pod
 *    | connect 10.9.8.7:80                                  | SYN to 10.0.0.2:8080
 *    v                                                      v
 *  nat OUTPUT --tcp--> ISTIO_OUTPUT                       nat PREROUTING --tcp--> ISTIO_INBOUND
 *    |  excluded port?               RETURN                 |  excluded interface, tunnel port 15008,
 *    |  lo, from 127.0.0.6?          RETURN (4)             |  excluded port?               RETURN (to the app)
 *    |  lo, by the app?              RETURN (2)             v
 *    |  by the proxy, off lo?        RETURN (1)           ISTIO_IN_REDIRECT --REDIRECT--> :15006  proxy, inbound
 *    |  excluded group, range?       RETURN                                                  |
 *    v                                                                                       | connect 10.0.0.2:8080
 *  ISTIO_REDIRECT --REDIRECT--> :15001  proxy, outbound                                      | from 127.0.0.6, over lo
 *                                 |                                                          v
 *                                 | connect 10.9.8.7:80, uid 1337                         nat OUTPUT --> ISTIO_OUTPUT
 *                                 v                                                          |  lo, from 127.0.0.6? RETURN (4)
 *                               nat OUTPUT --> ISTIO_OUTPUT                                  v
 *                                 |  off lo: RETURN (1) --> leaves the pod                 app :8080
 *                                 |  over lo, to the pod's own address (a call to the
 *                                 |  pod's own service, balanced back to it): (3)
 *                                 v
 *                               ISTIO_IN_REDIRECT --REDIRECT--> :15006  proxy, inbound, as above
 *
 *  (1) what the proxy sends out is never captured: no loops.
 *  (2) the app calls itself by localhost or by its pod's address: not captured, no TLS with itself.
 *  (3) the proxy calls the pod's own address: that is app -> VIP -> same pod, so inbound policy applies as for any peer.
 *  (4) the proxy's inbound side binds 127.0.0.6 when it passes a connection on to the app: not captured a second time.
 * </pre>
 */
@NullMarked
package io.weft.init;

import org.jspecify.annotations.NullMarked;
