package io.weft.controlplane.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.weft.controlplane.model.ClientTls.CertificateFiles;
import io.weft.controlplane.model.ClientTls.Originate;
import io.weft.controlplane.model.ClientTls.ServerTrust;
import io.weft.controlplane.model.DestinationRule.LoadBalancer;
import io.weft.controlplane.model.DestinationRule.TrafficPolicy;
import io.weft.controlplane.model.Protocol;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T-17: who the server of originated TLS must be, for each protocol and each way to write the rule. */
final class OriginatedTlsTest {
    private static final ServerTrust FILE = new ServerTrust.RootsIn("/etc/ca.pem");

    @ParameterizedTest
    @DisplayName("the server's name is verified whatever is left out; only insecureSkipVerify verifies nothing")
    @CsvSource(
            nullValues = "-",
            value = {
                // protocol, sni, names; sent, by request, names, ALPN
                "HTTP,  '',    '',  '',     sni and name, '',                 http/1.1",
                "HTTP2, '',    '',  '',     sni and name, '',                 h2",
                "TCP,   '',    '',  a.shop, -,            DNS a.shop,         ''",
                "HTTP,  x.org, '',  x.org,  -,            DNS x.org,          http/1.1",
                "TCP,   x.org, '',  x.org,  -,            DNS x.org,          ''",
                "HTTP,  '',    y.org, '',   sni,          DNS y.org,          http/1.1",
                "TCP,   '',    y.org, a.shop, -,          DNS y.org,          ''",
                "HTTP2, x.org, y.org, x.org, -,           DNS y.org,          h2",
                "HTTP,  '',    2001:DB8::1, '', sni,      IP_ADDRESS 2001:db8::1, http/1.1",
                "HTTP,  '',    spiffe://td/x, '', sni,    URI spiffe://td/x,  http/1.1",
            })
    void the_server_is_verified(
            Protocol protocol, String sni, String name, String sent, String byRequest, String expected, String alpn)
            throws InvalidProtocolBufferException {
        Cluster cluster = cluster(protocol, new Originate(sni, names(name), FILE, Optional.empty()));
        UpstreamTlsContext tls = tls(cluster);
        assertThat(tls.getSni()).isEqualTo(sent);
        assertThat(byRequest(cluster)).isEqualTo(byRequest == null ? "nothing" : byRequest);
        CertificateValidationContext context =
                tls.getCommonTlsContext().getCombinedValidationContext().getDefaultValidationContext();
        assertThat(context.getMatchTypedSubjectAltNamesList().stream()
                        .map(match ->
                                match.getSanType() + " " + match.getMatcher().getExact()))
                .isEqualTo(names(expected));
        assertThat(tls.getCommonTlsContext().getAlpnProtocolsList()).isEqualTo(names(alpn));
        assertThat(roots(tls)).isEqualTo("file-root:/etc/ca.pem");
    }

    @Test
    void without_roots_those_of_the_system_verify_the_server() throws InvalidProtocolBufferException {
        var simple = new Originate("", List.of(), new ServerTrust.SystemRoots(), Optional.empty());
        assertThat(roots(tls(cluster(Protocol.HTTP, simple)))).isEqualTo("file-root:system");
    }

    @ParameterizedTest
    @CsvSource({"HTTP, '', sni", "TCP, a.shop, nothing"})
    void a_rule_that_says_so_verifies_nothing(Protocol protocol, String sent, String byRequest)
            throws InvalidProtocolBufferException {
        var anyone = new Originate("", List.of(), new ServerTrust.Unverified(), Optional.empty());
        Cluster cluster = cluster(protocol, anyone);
        assertThat(tls(cluster).getSni()).isEqualTo(sent);
        assertThat(byRequest(cluster)).isEqualTo(byRequest);
        assertThat(tls(cluster).getCommonTlsContext().getValidationContextTypeCase())
                .isEqualTo(CommonTlsContext.ValidationContextTypeCase.VALIDATIONCONTEXTTYPE_NOT_SET);
    }

    @Test
    void a_file_that_is_not_there_is_not_waited_for_without_limit() throws InvalidProtocolBufferException {
        var files = Optional.of(new CertificateFiles("/etc/c.pem", "/etc/k.pem"));
        CommonTlsContext tls = tls(cluster(Protocol.HTTP, new Originate("", List.of(), FILE, files)))
                .getCommonTlsContext();
        assertThat(tls.getTlsCertificateSdsSecretConfigs(0).getName()).isEqualTo("file-cert:/etc/c.pem~/etc/k.pem");
        assertThat(tls.getTlsCertificateSdsSecretConfigs(0).getSdsConfig().hasInitialFetchTimeout())
                .isFalse();
        assertThat(tls.getCombinedValidationContext()
                        .getValidationContextSdsSecretConfig()
                        .getSdsConfig()
                        .hasInitialFetchTimeout())
                .isFalse();
    }

    private static List<String> names(String text) {
        return text.isEmpty() ? List.of() : List.of(text);
    }

    private static Cluster cluster(Protocol protocol, Originate tls) {
        var port = new OutboundPort(
                "a.shop",
                80,
                protocol,
                false,
                List.of(),
                new TrafficPolicy(LoadBalancer.LEAST_REQUEST, tls),
                List.of(),
                "",
                List.of());
        return Clusters.outbound(OutboundCluster.of(port).getFirst().cluster());
    }

    private static UpstreamTlsContext tls(Cluster cluster) throws InvalidProtocolBufferException {
        return cluster.getTransportSocket().getTypedConfig().unpack(UpstreamTlsContext.class);
    }

    private static String roots(UpstreamTlsContext tls) {
        return tls.getCommonTlsContext()
                .getCombinedValidationContext()
                .getValidationContextSdsSecretConfig()
                .getName();
    }

    private static String byRequest(Cluster cluster) throws InvalidProtocolBufferException {
        if (cluster.getTypedExtensionProtocolOptionsCount() == 0) {
            return "nothing";
        }
        var options = cluster.getTypedExtensionProtocolOptionsMap()
                .values()
                .iterator()
                .next()
                .unpack(HttpProtocolOptions.class)
                .getUpstreamHttpProtocolOptions();
        return options.getAutoSanValidation()
                ? options.getAutoSni() ? "sni and name" : "name"
                : options.getAutoSni() ? "sni" : "nothing";
    }
}
