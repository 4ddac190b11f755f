package io.weft.proxy.exchange;

import io.weft.proxy.authorize.Caller;
import io.weft.proxy.chain.Ip;
import io.weft.proxy.chain.IpBlock;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Request;
import io.weft.proxy.listen.Connection;
import java.net.InetAddress;

/**
 * Who the client is when proxies stand in between: as many entries of {@code x-forwarded-for} are believed, from the
 * right, as hops are trusted. Without {@code use_remote_address} the last entry is believed, as in Envoy.
 */
final class ClientAddress {

    private ClientAddress() {}

    /**
     * Whether the request comes from somebody internal, as Envoy decides it: no proxy is known to stand in between but the
     * peer, and the one address that is known is an internal one.
     */
    static boolean isInternal(
            Request request, Connection connection, HttpConnectionManager.Forwarded forwarded, IpBlock[] internal) {
        String all = request.header(FieldName.X_FORWARDED_FOR.text());
        if (forwarded.useRemoteAddress()) {
            return all == null && in(internal, connection.caller().remote());
        }
        if (all == null || all.indexOf(',') >= 0 || forwarded.trustedHops() > 0) {
            return false;
        }
        try {
            return in(internal, Ip.of(InetAddress.ofLiteral(all.strip())));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean in(IpBlock[] blocks, Ip address) {
        for (IpBlock block : blocks) {
            if (block.contains(address)) {
                return true;
            }
        }
        return false;
    }

    static Caller of(Request request, Connection connection, HttpConnectionManager.Forwarded forwarded) {
        Caller direct = connection.caller();
        int hops = forwarded.useRemoteAddress() ? forwarded.trustedHops() : forwarded.trustedHops() + 1;
        // Where this hop appended its own peer, that entry is the last one and stands for no other hop.
        int back = forwarded.useRemoteAddress() && !forwarded.skipAppend() ? hops + 1 : hops;
        if (hops == 0 || !request.headers().has(FieldName.X_FORWARDED_FOR)) {
            return direct;
        }
        String all = request.header(FieldName.X_FORWARDED_FOR.text());
        if (all == null) {
            return direct;
        }
        String[] entries = all.split(",", -1);
        if (entries.length < back) {
            return direct;
        }
        try {
            InetAddress client = InetAddress.ofLiteral(entries[entries.length - back].strip());
            return direct.withRemote(Ip.of(client));
        } catch (IllegalArgumentException e) {
            return direct; // not an address: the peer is the only one we know
        }
    }
}
