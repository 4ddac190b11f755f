package io.weft.proxy.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weft.proxy.config.Secret;
import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.Draft;
import io.weft.proxy.wire.Message;
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
    private static final String TLS = "envoy.extensions.transport_sockets.tls.v3.";

    /**
     * One secret.
     *
     * @param version a hash of the content
     * @param any the message, wrapped
     */
    record Offered(String version, Message any) {
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
            Bytes bytes = message(name, secret).toBytes();
            Message any = Draft.of("google.protobuf.Any")
                    .with("type_url", TYPE_URL)
                    .with("value", bytes)
                    .build();
            all.put(name, new Offered(hash(bytes.toArray()), any));
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

    private static Message message(String name, Secret secret) {
        Draft message = Draft.of(TLS + "Secret").with("name", name);
        switch (secret) {
            case Secret.Certificate(String chain, String key) ->
                message.with(
                        "tls_certificate",
                        Draft.of(TLS + "TlsCertificate")
                                .with("certificate_chain", inline(chain))
                                .with("private_key", inline(key))
                                .build());
            case Secret.Trust(String roots) ->
                message.with(
                        "validation_context",
                        Draft.of(TLS + "CertificateValidationContext")
                                .with("trusted_ca", inline(roots))
                                .build());
        }
        return message.build();
    }

    private static Message inline(String pem) {
        return Draft.of("envoy.config.core.v3.DataSource")
                .with("inline_string", pem)
                .build();
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
