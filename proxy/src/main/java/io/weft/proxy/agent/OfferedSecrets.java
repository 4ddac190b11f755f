package io.weft.proxy.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.weft.proxy.config.Secret;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/** The secrets that there are now, as they go over the wire, by name. */
record OfferedSecrets(NavigableMap<String, Offered> all) {
    static final String TYPE_URL = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";
    static final OfferedSecrets NONE = new OfferedSecrets(new TreeMap<>());

    /** @param version a hash of the content */
    record Offered(String version, Any any) {
        @Override
        public String toString() {
            return "Offered[" + version + ", content hidden]";
        }
    }

    OfferedSecrets {
        all = Collections.unmodifiableNavigableMap(all);
    }

    static OfferedSecrets of(Map<String, Secret> secrets) {
        var all = new TreeMap<String, Offered>();
        secrets.forEach((name, secret) -> {
            Any any = Any.newBuilder()
                    .setTypeUrl(TYPE_URL)
                    .setValue(message(name, secret).toByteString())
                    .build();
            all.put(name, new Offered(hash(any.getValue().toByteArray()), any));
        });
        return new OfferedSecrets(all);
    }

    /** Those of these names that there are. */
    SortedMap<String, Offered> of(Collection<String> names) {
        var some = new TreeMap<>(all);
        some.keySet().retainAll(names);
        return some;
    }

    /** A hash of the content of several. */
    static String version(SortedMap<String, Offered> some) {
        StringBuilder content = new StringBuilder();
        some.forEach((name, offered) ->
                content.append(name).append('\n').append(offered.version()).append('\n'));
        return hash(content.toString().getBytes(UTF_8));
    }

    private static io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret message(String name, Secret secret) {
        var message = io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret.newBuilder()
                .setName(name);
        switch (secret) {
            case Secret.Certificate(String chain, String key) ->
                message.setTlsCertificate(TlsCertificate.newBuilder()
                        .setCertificateChain(inline(chain))
                        .setPrivateKey(inline(key)));
            case Secret.Trust(String roots) ->
                message.setValidationContext(
                        CertificateValidationContext.newBuilder().setTrustedCa(inline(roots)));
        }
        return message.build();
    }

    private static DataSource inline(String pem) {
        return DataSource.newBuilder().setInlineString(pem).build();
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
