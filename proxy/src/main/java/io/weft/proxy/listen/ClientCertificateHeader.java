package io.weft.proxy.listen;

import io.weft.certs.identity.SpiffeId;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.tls.PeerCertificate;
import org.jspecify.annotations.Nullable;

/**
 * One element of Envoy's {@code x-forwarded-client-cert}. Text that comes from the certificate is quoted and escaped, so
 * that no name can end an element or a line (attack case E11).
 */
final class ClientCertificateHeader {

    private ClientCertificateHeader() {}

    static String of(PeerCertificate peer, @Nullable SpiffeId local, HttpConnectionManager.Forwarded forwarded) {
        StringBuilder out = new StringBuilder(160);
        if (local != null) {
            field(out, "By", local.toString());
        }
        field(out, "Hash", peer.sha256());
        if (forwarded.certPem()) {
            out.append(";Cert=\"").append(encoded(peer.pem())).append('"');
        }
        if (forwarded.certChain()) {
            out.append(";Chain=\"").append(encoded(peer.chainPem())).append('"');
        }
        if (forwarded.certSubject()) {
            out.append(";Subject=\"").append(escaped(peer.subject())).append('"');
        }
        if (forwarded.certUri()) {
            for (String uri : peer.uris()) {
                field(out, "URI", uri);
            }
        }
        if (forwarded.certDns()) {
            for (String dns : peer.dnsNames()) {
                field(out, "DNS", dns);
            }
        }
        return out.toString();
    }

    /** PEM with what would be taken for something else in a header or URL percent-encoded. */
    private static String encoded(String pem) {
        return pem.replace("\n", "%0A")
                .replace(" ", "%20")
                .replace("+", "%2B")
                .replace("/", "%2F")
                .replace("=", "%3D");
    }

    private static void field(StringBuilder out, String key, String value) {
        if (!out.isEmpty()) {
            out.append(';');
        }
        out.append(key).append('=');
        if (isPlain(value)) {
            out.append(value);
        } else {
            out.append('"').append(escaped(value)).append('"');
        }
    }

    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '=' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    private static String escaped(String value) {
        StringBuilder out = new StringBuilder(value.length() + 8);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c >= 0x7f) {
                out.append('?');
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
